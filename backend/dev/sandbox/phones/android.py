"""A fake Android phone: it saves passes through the save link and shows what Google has stored."""

from pathlib import Path
from uuid import UUID

import httpx

from backend.core.outbound.calls import CallFailed, send_request
from backend.dev.sandbox.google.app import SAVE, FakeGoogle
from backend.dev.sandbox.google.oauth import GrantRefused
from backend.dev.sandbox.google.phone import DisplayedPass, display_pass
from backend.dev.sandbox.google.resources import GoogleError
from backend.dev.sandbox.google.storage import load, save
from backend.dev.sandbox.phones.pictures import Pictures
from backend.dev.sandbox.schemas import ShownFact, ShownPass
from backend.wallets.google.names import object_id

TEXTS_MAX = 3
BUTTON_SECONDS = 10.0


class SaveRefused(Exception):
    """Google shows the holder "Something went wrong"; the text says why."""


class Android:
    """`path`: the file in which Google's classes and objects are stored between runs."""

    def __init__(self, google: FakeGoogle, http: httpx.AsyncClient, pictures: Pictures, path: Path) -> None:
        self.google = google
        self._http, self._pictures, self._path = http, pictures, path

    async def add(self, url: str) -> None:
        """The holder taps the button and confirms. Raises SaveRefused."""
        try:
            response = await send_request(self._http, "GET", url, seconds=BUTTON_SECONDS)
        except CallFailed as failure:
            raise SaveRefused(f"the button leads nowhere ({failure.reason})") from failure
        target = response.headers.get("location", "")
        if SAVE not in target:
            raise SaveRefused(f"the button was answered {response.status}: {response.content[:200]!r}")
        try:
            self.google.save(target.partition(SAVE)[2])
        except (GrantRefused, GoogleError) as error:
            raise SaveRefused(str(error)) from error

    async def find_pass(self, card_id: UUID, language: str) -> ShownPass | None:
        """The card's saved pass; the newest one when its links were ended and it was saved again. None: not saved."""
        passes, first = self.google.passes, object_id(self.google.passes.issuer_id, card_id)
        names = [each.body["id"] for each in passes.all("loyaltyObject") if each.body["id"].startswith(first)]
        displayed = [display_pass(passes, name, language) for name in names]
        saved = [each for each in displayed if each.is_saved]
        return await self._view(saved[-1]) if saved else None

    async def _view(self, displayed: DisplayedPass) -> ShownPass:
        return ShownPass(
            issuer=displayed.issuer,
            title=displayed.program,
            color=displayed.color or "",
            figures=[ShownFact(label, value) for label, value in displayed.balances.items()],
            main=None,
            details=[],
            more=[ShownFact(header, body) for header, body in displayed.texts[:TEXTS_MAX]],
            customer=displayed.account_name,
            strip_image=await self._pictures.fetched(displayed.strip_url),
            logo_image=await self._pictures.fetched(displayed.logo_url),
            code=None if displayed.is_expired else displayed.barcode,
            is_over=displayed.is_expired,
            messages=[f"{header}: {body}" for header, body in displayed.messages],
        )

    def save(self) -> None:
        """Call it after each change, so that a killed run loses nothing."""
        save(self.google.passes, self._path)

    def load(self) -> None:
        """Does nothing at the first run."""
        load(self.google.passes, self._path)

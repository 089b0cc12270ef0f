"""A phone with Google Wallet: it saves by the button's link and shows what Google has."""

from pathlib import Path
from uuid import UUID

import httpx

from backend.core.outbound.door import CallFailed, ask
from backend.dev.sandbox.google.app import SAVE, FakeGoogle
from backend.dev.sandbox.google.oauth import GrantRefused
from backend.dev.sandbox.google.phone import Shown, shown
from backend.dev.sandbox.google.resources import Refusal
from backend.dev.sandbox.google.storage import keep, recall
from backend.dev.sandbox.phones.pictures import Pictures
from backend.dev.sandbox.schemas import ShownFact, ShownPass
from backend.wallets.google.names import object_id

TEXTS_MAX = 3
BUTTON_SECONDS = 10.0


class SaveRefused(Exception):
    """What the holder would read as "Something went wrong"; we say why."""


class Android:
    """`path`: where Google's classes and objects are kept from one run to the next."""

    def __init__(self, google: FakeGoogle, http: httpx.AsyncClient, pictures: Pictures, path: Path) -> None:
        self.google = google
        self._http, self._pictures, self._path = http, pictures, path

    async def add(self, url: str) -> None:
        """The holder taps the button and confirms. Raises SaveRefused."""
        try:
            answer = await ask(self._http, "GET", url, seconds=BUTTON_SECONDS)
        except CallFailed as failure:
            raise SaveRefused(f"the button leads nowhere ({failure.reason})") from failure
        target = answer.headers.get("location", "")
        if SAVE not in target:
            raise SaveRefused(f"the button was answered {answer.status}: {answer.content[:200]!r}")
        try:
            self.google.save(target.partition(SAVE)[2])
        except (GrantRefused, Refusal) as error:
            raise SaveRefused(str(error)) from error

    async def shown(self, card_id: UUID, language: str) -> ShownPass | None:
        """The newest, where the card's links were ended and it was saved anew. None: it was not saved."""
        passes, first = self.google.passes, object_id(self.google.passes.issuer_id, card_id)
        names = [each.body["id"] for each in passes.all("loyaltyObject") if each.body["id"].startswith(first)]
        saved = [found for name in names if (found := shown(passes, name, language)).is_saved]
        return await self._view(saved[-1]) if saved else None

    async def _view(self, found: Shown) -> ShownPass:
        return ShownPass(
            issuer=found.issuer,
            title=found.program,
            color=found.color or "",
            figures=[ShownFact(label, value) for label, value in found.balances.items()],
            main=None,
            details=[],
            more=[ShownFact(header, body) for header, body in found.texts[:TEXTS_MAX]],
            customer=found.account_name,
            strip_image=await self._pictures.fetched(found.strip_url),
            logo_image=await self._pictures.fetched(found.logo_url),
            code=None if found.is_expired else found.barcode,
            is_over=found.is_expired,
            messages=[f"{header}: {body}" for header, body in found.messages],
        )

    def keep(self) -> None:
        """After each change, so that a run that is killed forgets nothing."""
        keep(self.google.passes, self._path)

    def remember(self) -> None:
        """What was kept; nothing at the first run."""
        recall(self.google.passes, self._path)

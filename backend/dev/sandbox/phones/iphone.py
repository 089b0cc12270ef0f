"""A fake iPhone that persists between runs: it stores the passes that it has installed and verified as files."""

import asyncio
import json
from pathlib import Path
from uuid import UUID

import httpx

from backend.core.outbound.calls import CallFailed
from backend.dev.sandbox.apple.iphone import FakeIPhone, HeldPass, PhoneRefuses
from backend.dev.sandbox.apple.pkpass import open_pkpass
from backend.dev.sandbox.apple.pkpass_rules import COLOR, BrokenPass
from backend.dev.sandbox.json_object import JsonObject
from backend.dev.sandbox.phones.pictures import data_url
from backend.dev.sandbox.schemas import ShownFact, ShownPass
from backend.wallets.apple.archive import zip_files

STATE, ENDING = "iphone.json", ".pkpass"
MESSAGES_MAX = 5
BACK = ("news", "expiry", "debt")
"""Fields of the pass's back that are shown."""


class IPhone:
    """`folder`: holds its passes. `trusted`: the phone's root certificate."""

    def __init__(self, http: httpx.AsyncClient, trusted: Path, folder: Path) -> None:
        self.phone = FakeIPhone(http, trusted, allows_http=True)
        self.troubles: list[str] = []
        self._trusted, self._folder = trusted, folder
        self._cards: dict[str, str] = {}
        """Serial number by the card's id."""
        self._must_fetch = False
        self._fetching = asyncio.Lock()

    async def add(self, card_id: UUID, url: str) -> None:
        """The holder taps the button and confirms. Raises PhoneRefuses or BrokenPass."""
        try:
            held = await self.phone.add(url)
        except CallFailed as failure:
            raise PhoneRefuses(f"the button leads nowhere ({failure.reason})") from failure
        self._cards[str(card_id)] = held.opened.serial
        self._save()

    async def pushed(self, token: str) -> None:
        """Handles a push, which may concern several passes. Simultaneous pushes are handled one after the other."""
        if token != self.phone.push_token:
            return
        async with self._fetching:
            try:
                await self.phone.pushed()
            except (BrokenPass, PhoneRefuses, CallFailed) as error:
                self.troubles.append(f"{type(error).__name__}: {error}")
            self._save()

    async def find_pass(self, card_id: UUID, language: str) -> ShownPass | None:
        """The card's pass; None when it was not added."""
        if self._must_fetch:
            # A phone fetches missed updates when it is switched on.
            self._must_fetch = False
            await self.pushed(self.phone.push_token)
        held = self.phone.passes.get(self._cards.get(str(card_id), ""))
        return _view(held, language) if held else None

    def load(self) -> None:
        """Does nothing at the first run."""
        path = self._folder / STATE
        if not path.exists():
            return
        state = json.loads(path.read_text("utf-8"))
        self.phone.library_id, self.phone.push_token = state["library_id"], state["push_token"]
        for card_id, last_modified in state["cards"].items():
            archive = (self._folder / f"{card_id}{ENDING}").read_bytes()
            try:
                held = HeldPass(open_pkpass(archive, self._trusted), last_modified)
            except BrokenPass:
                continue  # signed with a certificate that has been replaced since
            self.phone.passes[held.opened.serial] = held
            self._cards[card_id] = held.opened.serial
        self._must_fetch = bool(self._cards)

    def _save(self) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        held = {card_id: self.phone.passes[serial] for card_id, serial in self._cards.items()}
        for card_id, each in held.items():
            (self._folder / f"{card_id}{ENDING}").write_bytes(zip_files(each.opened.files))
        state = {
            "library_id": self.phone.library_id,
            "push_token": self.phone.push_token,
            "cards": {card_id: each.last_modified for card_id, each in held.items()},
        }
        (self._folder / STATE).write_text(json.dumps(state), "utf-8")


def _view(held: HeldPass, language: str) -> ShownPass:
    """The pass on a phone with this language."""
    content, files = held.opened.in_language(language).content, held.opened.files
    card = content["storeCard"]
    primary = _facts(card, "primaryFields")
    codes = content.get("barcodes", [])
    is_over = bool(content.get("voided"))
    return ShownPass(
        issuer=content["organizationName"],
        title=content["description"],
        color=_color(content.get("backgroundColor", "")),
        figures=_facts(card, "headerFields"),
        main=primary[0] if primary else None,
        details=[*_facts(card, "secondaryFields"), *_facts(card, "auxiliaryFields")],
        more=[_fact(field) for field in card.get("backFields", []) if field["key"] in BACK],
        customer=None,
        strip_image=_picture(files, "strip"),
        logo_image=_picture(files, "logo"),
        code=codes[0]["message"] if codes and not is_over else None,
        is_over=is_over,
        messages=held.alerts[-MESSAGES_MAX:],
    )


def _facts(card: JsonObject, group: str) -> list[ShownFact]:
    return [_fact(field) for field in card.get(group, [])]


def _fact(field: JsonObject) -> ShownFact:
    return ShownFact(field.get("label", ""), str(field["value"]))


def _color(text: str) -> str:
    match = COLOR.fullmatch(text)
    return "#" + "".join(f"{int(channel):02x}" for channel in match.groups()) if match else ""


def _picture(files: dict[str, bytes], name: str) -> str | None:
    """The image in the highest resolution, as a `data:` URL."""
    image = next((files[file] for scale in ("@3x", "@2x", "") if (file := f"{name}{scale}.png") in files), None)
    return data_url(image) if image else None

"""Routes for the page of the two phones; served on the loopback address only."""

from uuid import UUID

from litestar import Controller, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody

from backend.dev.sandbox.apple.iphone import PhoneRefuses
from backend.dev.sandbox.apple.pkpass_rules import BrokenPass
from backend.dev.sandbox.phones.android import Android, SaveRefused
from backend.dev.sandbox.phones.cards import list_cards
from backend.dev.sandbox.phones.iphone import IPhone
from backend.dev.sandbox.schemas import SandboxCards, ShownPhones, Tap

TROUBLES_MAX = 3
REFUSALS = (SaveRefused, PhoneRefuses, BrokenPass)


class PhoneController(Controller):
    path = "/phones"

    @get("/cards")
    async def cards(self, state: State) -> SandboxCards:
        return SandboxCards(await list_cards(state.sessions, state.links))

    @get("/{card_id:uuid}")
    async def show(self, state: State, card_id: FromPath[UUID], language: FromQuery[str] = "en") -> ShownPhones:
        android: Android = state.android
        iphone: IPhone = state.iphone
        callbacks = [f"The callback to Orion failed: {error}" for error in android.google.callback_errors]
        return ShownPhones(
            google=await android.find_pass(card_id, language),
            apple=await iphone.find_pass(card_id, language),
            troubles=[*callbacks, *iphone.troubles, *state.troubles.values()][-TROUBLES_MAX:],
        )

    @post("/{card_id:uuid}/google", status_code=204)
    async def add_to_google(self, state: State, card_id: FromPath[UUID], data: JSONBody[Tap]) -> None:  # noqa: ARG002
        """The link contains the card."""
        try:
            await state.android.add(data.url)
        except REFUSALS as error:
            state.troubles["google"] = f"Google Wallet: {error}"
        else:
            state.troubles.pop("google", None)

    @post("/{card_id:uuid}/apple", status_code=204)
    async def add_to_apple(self, state: State, card_id: FromPath[UUID], data: JSONBody[Tap]) -> None:
        try:
            await state.iphone.add(card_id, data.url)
        except REFUSALS as error:
            state.troubles["apple"] = f"Apple Wallet: {error}"
        else:
            state.troubles.pop("apple", None)

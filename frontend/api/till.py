from typing import Literal
from uuid import UUID

from backend.core.schemas import Page
from backend.identity.pins.schemas import PersonPin, StorePins
from backend.identity.schemas import SessionView
from backend.identity.takeover.schemas import Colleague, Colleagues, PinSwitch
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.till.schemas import TillView
from backend.staff_pins.grants.schemas import PinCheck
from frontend.api.client import Caller
from frontend.kit.forms import body_of


async def get_till(caller: Caller, card_id: UUID | None = None) -> TillView:
    """Everything the till page shows, in one call."""
    return await caller.get("/store/loyalty/till", TillView, card_id=str(card_id) if card_id else None)


async def list_bookings(caller: Caller, *, limit: int, after: str | None = None) -> Page[TransactionView]:
    """This store's transactions, newest first."""
    return await caller.get("/store/loyalty/transactions", Page[TransactionView], limit=limit, after=after)


async def list_card_bookings(
    caller: Caller, card_id: UUID, *, limit: int, after: str | None = None
) -> Page[TransactionView]:
    """The card's transactions at every store, newest first."""
    path = f"/store/loyalty/cards/{card_id}/transactions"
    return await caller.get(path, Page[TransactionView], limit=limit, after=after)


async def verify_pin(caller: Caller, staff_pin: str) -> None:
    """Counts the attempt before verifying it. Raises the problem `pin_invalid` or `pin_locked`."""
    await caller.tell("/store/loyalty/pins/verify", PinCheck(staff_pin=staff_pin))


async def list_colleagues(caller: Caller) -> list[Colleague]:
    """Who can take over the till with their PIN."""
    return (await caller.get("/store/loyalty/pins/colleagues", Colleagues)).data


async def take_over(caller: Caller, *, user_id: str, staff_pin: str) -> SessionView:
    """The session of a colleague at this till. Raises FormError for what cannot be a PIN."""
    body = body_of(PinSwitch, {"user_id": user_id, "staff_pin": staff_pin}, "")
    return await caller.post("/store/loyalty/pins/switch", body, SessionView)


async def list_pins(caller: Caller) -> list[PersonPin]:
    """Of everybody who works at the store."""
    return (await caller.get("/store/loyalty/pins", StorePins)).data


async def change_pin(caller: Caller, user_id: UUID, change: Literal["unlock", "clear"]) -> PersonPin:
    """Raises the problem `own_pin_locked` for the person's own PIN."""
    return await caller.post(f"/store/loyalty/pins/{user_id}/{change}", None, PersonPin)

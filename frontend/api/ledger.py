"""The booking calls. Each takes the idempotency key of the form it comes from."""

from urllib.parse import quote
from uuid import UUID

from backend.core.schemas import Answer
from backend.loyalty.ledger.schemas.bookings import Earn, EarnView, Redemption, RedemptionView, Stamp, StampView
from backend.loyalty.ledger.schemas.cards import Relinking, RelinkingView
from backend.loyalty.ledger.schemas.holds import Confirmation, Release, ReservationView
from backend.loyalty.ledger.schemas.returns import OrderPreview, OrderQuestion, OrderReturn, Void, VoidView
from frontend.api.client import Caller


class BookingState(Answer):
    state: str
    """booked | refused | not_booked"""
    transaction_id: UUID | None = None


async def earn_points(caller: Caller, card_id: UUID, form: Earn, *, key: str) -> EarnView:
    return await caller.post(f"/store/loyalty/cards/{card_id}/points", form, EarnView, key=key)


async def add_stamp(caller: Caller, card_id: UUID, form: Stamp, *, key: str) -> StampView:
    return await caller.post(f"/store/loyalty/cards/{card_id}/stamps", form, StampView, key=key)


async def redeem_reward(caller: Caller, card_id: UUID, form: Redemption, *, key: str) -> RedemptionView:
    return await caller.post(f"/store/loyalty/cards/{card_id}/redemptions", form, RedemptionView, key=key)


async def confirm_hold(caller: Caller, card_id: UUID, hold_id: UUID, form: Confirmation, *, key: str) -> RedemptionView:
    return await caller.post(f"/store/loyalty/cards/{card_id}/holds/{hold_id}/confirm", form, RedemptionView, key=key)


async def release_hold(caller: Caller, card_id: UUID, hold_id: UUID, *, key: str) -> ReservationView:
    path = f"/store/loyalty/cards/{card_id}/holds/{hold_id}/release"
    return await caller.post(path, Release(), ReservationView, key=key)


async def relink_card(caller: Caller, card_id: UUID, *, key: str) -> RelinkingView:
    return await caller.post(f"/store/loyalty/cards/{card_id}/links", Relinking(), RelinkingView, key=key)


async def void_transaction(caller: Caller, transaction_id: UUID, form: Void, *, key: str) -> VoidView:
    return await caller.post(f"/store/loyalty/transactions/{transaction_id}/void", form, VoidView, key=key)


async def preview_return(caller: Caller, form: OrderQuestion) -> OrderPreview:
    """What a return of the order would deduct, and from which card."""
    return await caller.post("/store/loyalty/returns/preview", form, OrderPreview)


async def return_order(caller: Caller, form: OrderReturn, *, key: str) -> VoidView:
    """Returns the whole order or a part of its sale."""
    return await caller.post("/store/loyalty/returns", form, VoidView, key=key)


async def find_booking(caller: Caller, key: str) -> BookingState:
    """The outcome of a booking call that got no answer."""
    return await caller.get(f"/idempotency/{quote(key, safe='')}", BookingState)

"""What is on a card: lots with their ends, and what is held for rewards and tablets."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from backend.loyalty.ledger.booking.setup import in_language
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.rules.expiry import expiry_of
from backend.loyalty.ledger.rules.holds import is_open
from backend.loyalty.ledger.rules.lots import expired_lots, left_in, live_lots
from backend.operations.stories.bookings import LANGUAGE


class StoryLot(Struct, frozen=True):
    id: UUID
    unit: str
    original: int
    remaining: int
    expires_at: datetime | None
    """None: it does not expire."""
    transaction_id: UUID
    """The booking that granted it."""


class StoryHold(Struct, frozen=True):
    id: UUID
    unit: str
    amount: int
    """What it still holds."""
    held_for: str
    """A reward, or a tablet that redeems while it is offline."""
    device: str | None
    reserved_at: datetime
    expires_at: datetime


def story_lots(state: CardState, now: datetime) -> list[StoryLot]:
    """Those that can be spent, in the order in which they are."""
    moment = state.moment(now)
    return [
        StoryLot(lot.id, lot.unit, lot.original, lot.remaining, expiry_of(lot, moment), lot.transaction_id)
        for unit in ("points", "stamps")
        for lot in live_lots(state.lots, unit, moment)
    ]


def expired_amount(state: CardState, now: datetime) -> int:
    """Points that have expired and are not booked as such."""
    return left_in(lot for lot in expired_lots(state.lots, state.moment(now)) if lot.unit == "points")


def story_holds(state: CardState, devices: Mapping[UUID, str], now: datetime) -> list[StoryHold]:
    return [
        StoryHold(
            hold.id,
            hold.unit,
            hold.left,
            "a tablet's allowance" if hold.is_allowance else _reward(state, hold.reward_id),
            devices.get(hold.device_id) if hold.device_id else None,
            hold.reserved_at,
            hold.expires_at,
        )
        for hold in state.holds
        if is_open(hold, now)
    ]


def _reward(state: CardState, reward_id: UUID | None) -> str:
    texts = state.held_rewards.get(reward_id) if reward_id else state.terms.stamp_reward
    return in_language(texts, LANGUAGE, state.program.default_language)

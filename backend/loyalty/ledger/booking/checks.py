"""Refusals every booking shares, in the order of the specification: feature, program, card."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from backend.access.features import LOYALTY, FeatureDisabled, is_enabled
from backend.loyalty.cards.code import show
from backend.loyalty.ledger.booking.setup import Setup
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.problems.bookings import (
    CategoryRequired,
    CategoryUnknown,
    OccurredAtRefused,
    ProgramInactive,
)
from backend.loyalty.ledger.problems.cards import CardGoesOn, CardInactive, CardNotFound

OFFLINE_MAX = timedelta(hours=72)
CLOCK_AHEAD_MAX = timedelta(minutes=5)


def is_live(setup: Setup) -> bool:
    """Whether loyalty is switched on at the store."""
    return is_enabled(LOYALTY, [(f.feature, f.of_store, f.is_enabled) for f in setup.features])


def check_open(setup: Setup) -> None:
    """Raises FeatureDisabled or ProgramInactive."""
    if not is_live(setup):
        raise FeatureDisabled
    if setup.program is None or not setup.program.is_active:
        raise ProgramInactive


def is_open(setup: Setup) -> bool:
    """Whether cards are in use: `check_open` as a question."""
    try:
        check_open(setup)
    except (FeatureDisabled, ProgramInactive):
        return False
    return True


def check_place(state: CardState) -> None:
    """Raises CardNotFound at a store to which the card, or another one of the same order, does not belong."""
    scopes = {state.card.scope_store_id, *(card.scope_store_id for card in state.target_cards)}
    if not scopes <= {None, state.setup.store.id}:
        raise CardNotFound


def check_card(state: CardState) -> None:
    """Raises what `check_open` and `check_active` raise."""
    check_open(state.setup)
    check_active(state)


def check_in_use(state: CardState) -> None:
    """Raises CardNotFound, or CardGoesOn for a card that another goes on for."""
    check_place(state)
    if state.goes_on_as is not None:
        raise CardGoesOn(state=state.card.state, merged_into=show(state.goes_on_as.code))


def check_active(state: CardState) -> None:
    """Raises CardNotFound or CardInactive."""
    check_in_use(state)
    if state.card.state != "active":
        raise CardInactive(state=state.card.state)


def check_categories(state: CardState, chosen: list[UUID], *, required: bool) -> None:
    """Raises CategoryRequired or CategoryUnknown."""
    offered = {category.id for category in state.setup.categories}
    if required and offered and not chosen:
        raise CategoryRequired
    if not set(chosen) <= offered:
        raise CategoryUnknown


def check_occurred_at(occurred_at: datetime | None, now: datetime, oldest: timedelta = OFFLINE_MAX) -> datetime:
    """The moment it happened; now unless an offline device says otherwise. Raises OccurredAtRefused.

    A clock that is a little ahead means now: nothing has happened later. PostgreSQL knows fewer offsets than RFC 3339.
    """
    if occurred_at is None:
        return now
    if occurred_at.tzinfo is None or not now - oldest <= occurred_at <= now + CLOCK_AHEAD_MAX:
        raise OccurredAtRefused
    return min(occurred_at.astimezone(UTC), now)

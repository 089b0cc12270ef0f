"""The toasts of the next screen, including the one of the booking that can still be undone."""

import math
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.till.schemas import TillView, Undo
from frontend.till.card.entered_purchase import EnteredPurchase
from frontend.till.messages import TillMessages

TOAST_SECONDS = 8


class Done(msgspec.Struct, frozen=True):
    """The result of the last action, passed to the next screen."""

    text: str
    """Empty when the result only carries values to keep."""
    is_good: bool = True
    hand_over: str | None = None
    """Name of the reward to hand over; it stays on the screen until the next action."""
    enrolled: bool = False
    stamped: bool = False
    transaction_id: UUID | None = None
    """The transaction that `text` describes; only its toast may offer to undo it."""
    is_booked: bool = True
    """False for a purchase below the minimum: it was answered, but nothing was booked."""
    purchase: EnteredPurchase | None = None
    """Values to keep on the card."""


class Toast(msgspec.Struct, frozen=True):
    text: str
    is_good: bool
    seconds: int
    undo: Undo | None
    card_id: UUID | None


def toasts_of(view: TillView, messages: TillMessages, done: Done | None) -> list[Toast]:
    """The toast of a booking that may be undone stays across screens and reloads."""
    undo = view.undo if view.undo and _seconds_left(view.undo) > 0 else None
    toasts = []
    done = done if done and done.text else None
    if done and not (undo and done.transaction_id == undo.transaction_id):
        toasts.append(Toast(done.text, done.is_good, TOAST_SECONDS, None, None))
        done = None
    booking = _find(view.recent, undo.transaction_id) if undo else None
    if undo and booking:
        text = done.text if done else _remembered(booking, messages)
        toasts.append(Toast(text, True, _seconds_left(undo), undo, booking.card_id))
    return toasts


def _seconds_left(undo: Undo) -> int:
    return math.ceil((undo.until - datetime.now(UTC)).total_seconds())


def _remembered(booking: TransactionView, messages: TillMessages) -> str:
    amount = messages.amount_of(booking)
    if not booking.customer:
        return amount
    return messages.translator.gettext("%(name)s: %(amount)s", name=booking.customer, amount=amount)


def _find(bookings: list[TransactionView], transaction_id: UUID) -> TransactionView | None:
    return next((booking for booking in bookings if booking.id == transaction_id), None)

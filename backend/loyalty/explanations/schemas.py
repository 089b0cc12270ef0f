"""Why a balance is what it is: numbers that add up to it, each with the sentence that tells it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import Answer


class Occasion(Answer):
    """A transaction as an explanation names it."""

    id: UUID
    kind: str
    store: str | None
    """Its name."""
    occurred_at: datetime
    purchase_amount_cents: int | None
    order_reference: str | None
    reward: str | None
    quantity: int | None


class PartView(Answer):
    """What became of a part of a lot."""

    kind: str
    """redeemed | returned | came_back | expired | paid_debt | adjusted | transferred | …"""
    amount: int
    """What left the lot; negative: what came back into it."""
    occasion: Occasion | None
    """None: several older ones together, or an expiry that nobody has booked yet."""
    sentence: Annotated[str, Meta(examples=["20 points: redeemed for Tote bag at Fashion Hub on 3 November 2026."])]


class LotView(Answer):
    """Points or stamps that came together. `original` less the amounts of all parts is `remaining`."""

    id: UUID
    granted: Occasion
    """The transaction that put them onto this card."""
    earned: Occasion
    """Where they were first collected; another one than `granted` only after two cards became one."""
    terms_version: int
    """The rules they were earned under."""
    points_per_euro: str
    """Of those rules, as a fraction."""
    original: int
    remaining: int
    held: int
    """Of what remains, set aside for a reward."""
    expires_at: datetime | None
    """From this instant on what remains cannot be spent."""
    parts: list[PartView]
    """Newest last."""
    sentence: str
    rest: str
    """What is left of it, and for how long."""


class OlderLots(Answer):
    """Lots of long ago, summed: `original` less the amounts of all parts is `remaining`."""

    lots: int
    original: int
    remaining: int
    held: int
    parts: list[PartView]
    sentence: str
    rest: str


class UnitView(Answer):
    """The balance is what remains in `lots` and `older`."""

    unit: str
    """points | stamps"""
    balance: int
    held: int
    """Of the balance, set aside for rewards."""
    sentences: list[str]
    """The balance, and what is set aside of it."""
    lots: list[LotView]
    """Newest first."""
    older: OlderLots | None


class DebtPart(Answer):
    amount: int
    """Owed since; negative: paid."""
    occasion: Occasion | None
    """None: what was owed before the others."""
    sentence: str


class DebtView(Answer):
    """Points spent before their sale was returned. The parts add up to `points`."""

    points: int
    sentence: str
    parts: list[DebtPart]
    """Newest first, since nothing was owed."""


class CarryView(Answer):
    fraction: Annotated[str, Meta(examples=["3/5"])]
    """Of a point, exact; negative after a return."""
    missing_cents: int
    """The purchase that completes the next point under today's rules."""
    sentence: str


class ExplanationView(Answer):
    card_id: UUID
    as_of: datetime
    points: UnitView | None
    """None: the program has none and the card never had any."""
    stamps: UnitView | None
    debt: DebtView | None
    carry: CarryView | None

"""Why a balance is what it is: numbers that add up to it, each with the sentence that tells it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.core.enums import LotPartKind, TransactionKind, Unit
from backend.core.schemas import Answer


class Occasion(Answer):
    """A transaction as an explanation names it."""

    id: UUID
    """Id of the transaction."""
    kind: TransactionKind
    """Kind of the transaction, as in the card's history."""
    store: str | None
    """Name of the store. Null for what was not booked at a store."""
    occurred_at: datetime
    """When it happened (UTC)."""
    purchase_amount_cents: int | None
    """Amount of the sale in cents, or how much of it was returned. Null for everything else."""
    order_reference: str | None
    """Number on the receipt. Null: not given."""
    reward: str | None
    """Name of the reward that was redeemed, in the reader's language. Null for everything else."""
    quantity: int | None
    """Pieces of the reward, or full stamp cards. Null for everything else."""


class PartView(Answer):
    """What became of a part of a lot."""

    kind: LotPartKind
    """What happened, such as `redeemed`, `returned`, `came_back`, `expired`, `paid_debt`, `adjusted` or
    `transferred`."""
    amount: int
    """What left the lot; negative: what came back into it."""
    occasion: Occasion | None
    """The transaction that did it. Null: several older ones together, or an expiry that is not booked yet."""
    sentence: Annotated[str, Meta(examples=["20 points: redeemed for Tote bag at Fashion Hub on 3 November 2026."])]
    """What happened, as one sentence in the reader's language."""


class LotView(Answer):
    """Points or stamps that came together. `original` less the amounts of all parts is `remaining`."""

    id: UUID
    """Id of the lot."""
    granted: Occasion
    """The transaction that put them onto this card."""
    earned: Occasion
    """Where they were first collected. Differs from `granted` only after two cards became one."""
    terms_version: int
    """Version of the rules they were earned under."""
    points_per_euro: str
    """Points per euro of those rules, as a fraction such as `3/2`."""
    original: int
    """Points or stamps that came together."""
    remaining: int
    """Points or stamps of them that are still on the card."""
    held: int
    """Part of `remaining` that is held, for rewards or for tablets."""
    expires_at: datetime | None
    """From this instant on what remains cannot be spent (UTC). Null: it never expires."""
    parts: list[PartView]
    """What became of the rest, newest last."""
    sentence: str
    """Where they came from, as one sentence in the reader's language."""
    rest: str
    """What is left of them and for how long, as one sentence in the reader's language."""


class OlderLots(Answer):
    """Older lots, summed: `original` less the amounts of all parts is `remaining`."""

    lots: int
    """Number of lots."""
    original: int
    """Points or stamps of all of them."""
    remaining: int
    """Points or stamps of them that are still on the card."""
    held: int
    """Part of `remaining` that is held, for rewards or for tablets."""
    parts: list[PartView]
    """What became of the rest, summed by kind."""
    sentence: str
    """How many came in these lots, as one sentence in the reader's language."""
    rest: str
    """What is left of them, as one sentence in the reader's language."""


class UnitView(Answer):
    """The balance of points or of stamps: what remains in `lots` and `older` adds up to it."""

    unit: Unit
    """What is explained: `points` or `stamps`."""
    balance: int
    """Points or stamps on the card now."""
    held: int
    """Part of the balance that is held, for rewards or for tablets."""
    sentences: list[str]
    """The balance, and what of it is held, in the reader's language."""
    lots: list[LotView]
    """The newest lots, newest first."""
    older: OlderLots | None
    """All other lots together. Null when there are none."""


class DebtPart(Answer):
    """What made or paid debt."""

    amount: int
    """Points that became owed; negative: points that were paid."""
    occasion: Occasion | None
    """The transaction that did it. Null: what was owed before the others."""
    sentence: str
    """What happened, as one sentence in the reader's language."""


class DebtView(Answer):
    """Points owed because returned points had already been spent. The parts add up to `points`."""

    points: int
    """Points owed now."""
    sentence: str
    """What is owed, as one sentence in the reader's language."""
    parts: list[DebtPart]
    """What made and paid it since nothing was owed, newest first."""


class CarryView(Answer):
    """The fraction of a point that counts toward the next sale."""

    fraction: Annotated[str, Meta(examples=["3/5"])]
    """The exact fraction, such as `3/5`. Negative after a return."""
    missing_cents: int
    """Purchase amount in cents that completes the next point under today's rules."""
    sentence: str
    """The fraction, as one sentence in the reader's language."""


class ExplanationView(Answer):
    """Why the balances of a card are what they are."""

    card_id: UUID
    """Id of the card."""
    as_of: datetime
    """The moment for which the explanation holds (UTC)."""
    points: UnitView | None
    """The points. Null when the program has none and the card never had any."""
    stamps: UnitView | None
    """The stamps. Null when the program has none and the card never had any."""
    debt: DebtView | None
    """The debt. Null when nothing is owed."""
    carry: CarryView | None
    """The fraction of a point. Null when there is none."""

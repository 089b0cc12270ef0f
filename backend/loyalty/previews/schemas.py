"""Terms to try, and what they would have made of the past."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import Answer, Body
from backend.merchants.schemas import StoreRef

Points = Annotated[int, Meta(ge=0, le=1_000_000)]


class ProgramDraft(Body, omit_defaults=True):
    """What is left out stays as it is in force. An expiry is given as a whole: its kind with its days or its period."""

    type: Literal["stamps", "points", "hybrid"] | None = None
    points_per_euro: (
        Annotated[str, Meta(pattern=r"^[0-9]{1,4}(\.[0-9]{1,4}|/[1-9][0-9]{0,4})?$(?!\n)", examples=["3/2"])] | None
    ) = None
    """A whole number, a decimal or a fraction; more than 0, at most 100."""
    minimum_purchase_cents: Annotated[int, Meta(ge=0, le=100_000_000)] | None = None
    minimum_redemption_points: Points | None = None
    welcome_bonus_points: Points | None = None
    stamps_target: Annotated[int, Meta(ge=1, le=50)] | None = None
    stamp_reward_value_cents: Annotated[int, Meta(ge=0, le=100_000_000)] | None = None
    cooldown_minutes: Annotated[int, Meta(ge=0, le=44_640)] | None = None
    max_daily_stamps: Annotated[int, Meta(ge=1, le=100)] | None = None
    expiry_kind: Literal["none", "inactivity", "rolling", "end_of_period"] | None = None
    expiry_days: Annotated[int, Meta(ge=1, le=3660)] | None = None
    """For inactivity and rolling."""
    expiry_period: Literal["month", "quarter", "year"] | None = None
    """For end_of_period."""
    return_policy: Literal["within_balance", "debt"] | None = None


class Figures(Answer):
    points_issued: int
    points_taken_back: int
    """After returns, and by hand."""
    points_redeemed: int
    points_expired: int
    points_outstanding: int
    """Issued, less taken back, redeemed and expired, plus what is owed."""
    points_owed: int
    rewards_handed_over: int
    """Pieces, full stamp cards too."""
    stamps_given: int
    stamps_open: int
    liability_cents: int
    """Outstanding points at their value in the cheapest reward offered, open stamps at their part of a full card."""


class StorePreview(Answer):
    store: StoreRef
    live: Figures
    draft: Figures


class PointChange(Answer):
    """How many cards would have so many points more (or, below zero, fewer)."""

    from_points: int | None
    """None: without a lower end."""
    to_points: int | None
    """None: without an upper end."""
    cards: int


class CardExample(Answer):
    card_code: str
    points_live: int
    points_draft: int
    stamps_live: int
    stamps_draft: int
    rewards_refused: int
    sentence: str
    """In the reader's language."""


class Refusal(Answer):
    """What the past contains and the draft would not have given."""

    code: str
    times: int


class PreviewResult(Answer):
    as_of: datetime
    transactions: int
    stores: list[StorePreview]
    """Expiry, balances and liability stand with the store where the card was made."""
    live: Figures
    draft: Figures
    cards_better: int
    cards_worse: int
    cards_unchanged: int
    changes: list[PointChange]
    better: list[CardExample]
    worse: list[CardExample]
    """At most ten each, those with the greatest difference first."""
    would_have_been_refused: list[Refusal]
    sales_below_minimum: int
    """They would have given nothing. Sales that gave nothing then were not booked, so nobody can count them now."""
    unexplained_cards: int
    """Cards whose past, replayed under its own terms, does not give what the ledger holds; should be 0."""


class PreviewView(Answer):
    id: UUID
    state: str
    """queued | running | done | failed"""
    draft: ProgramDraft
    cards_done: int
    cards_total: int
    created_at: datetime
    finished_at: datetime | None
    error: str | None
    """Why it failed, and what to do."""
    result: PreviewResult | None

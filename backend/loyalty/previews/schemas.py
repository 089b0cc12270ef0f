"""Terms to try, and what they would have made of the past."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.enums import PreviewState
from backend.core.schemas import Answer, Body
from backend.merchants.schemas import StoreRef

ReturnPolicy = Literal["within_balance", "debt"]

ExpiryPeriod = Literal["month", "quarter", "year"]

ExpiryKind = Literal["none", "inactivity", "rolling", "end_of_period"]

Points = Annotated[int, Meta(ge=0, le=1_000_000)]


class ProgramDraft(Body, omit_defaults=True):
    """Rules to try. What is left out stays as it is in force. An expiry is given as a whole: kind with days or
    period."""

    type: Literal["stamps", "points", "hybrid"] | None = None
    """What the program collects: `stamps`, `points` or both (`hybrid`)."""
    points_per_euro: (
        Annotated[str, Meta(pattern=r"^[0-9]{1,4}(\.[0-9]{1,4}|/[1-9][0-9]{0,4})?$(?!\n)", examples=["3/2"])] | None
    ) = None
    """A whole number, a decimal or a fraction such as `3/2`; more than 0, at most 100."""
    minimum_purchase_cents: Annotated[int, Meta(ge=0, le=100_000_000)] | None = None
    """Purchases below this amount in cents earn nothing."""
    minimum_redemption_points: Points | None = None
    """A redemption needs this many points on the card."""
    welcome_bonus_points: Points | None = None
    """Points that a new card gets at once."""
    stamps_target: Annotated[int, Meta(ge=1, le=50)] | None = None
    """Stamps of a full stamp card."""
    stamp_reward_value_cents: Annotated[int, Meta(ge=0, le=100_000_000)] | None = None
    """What the reward of a full stamp card costs the merchant, in cents, for the liability in reports."""
    cooldown_minutes: Annotated[int, Meta(ge=0, le=44_640)] | None = None
    """Minutes between two stamps of a card. 0: none."""
    max_daily_stamps: Annotated[int, Meta(ge=1, le=100)] | None = None
    """The most stamps of a card in a day of the store's time zone."""
    expiry_kind: ExpiryKind | None = None
    """`none`. `inactivity`: days after the latest activity. `rolling`: days after earning. `end_of_period`: at the end
    of a month, quarter or year."""
    expiry_days: Annotated[int, Meta(ge=1, le=3660)] | None = None
    """Days for `inactivity` and `rolling`."""
    expiry_period: ExpiryPeriod | None = None
    """Period for `end_of_period`."""
    return_policy: ReturnPolicy | None = None
    """When returned points were already spent: `debt` makes the card owe them; `within_balance` takes only what is
    there."""


class Figures(Answer):
    """What bookings come to under one set of rules."""

    points_issued: int
    """Points for purchases, as welcome bonus, restored and added by hand."""
    points_taken_back: int
    """Points taken after returns, and by hand."""
    points_redeemed: int
    """Points paid for rewards."""
    points_expired: int
    """Points that have expired."""
    points_outstanding: int
    """Points on cards: issued, less taken back, redeemed and expired, plus what is owed."""
    points_owed: int
    """Points that cards owe."""
    rewards_handed_over: int
    """Pieces of rewards, full stamp cards included."""
    stamps_given: int
    """Stamps given, less those taken back."""
    stamps_open: int
    """Stamps on cards."""
    liability_cents: int
    """Outstanding points at their value in the cheapest reward offered and open stamps at their part of a full card, in
    cents."""


class StorePreview(Answer):
    """What bookings of one store come to."""

    store: StoreRef
    """The store."""
    live: Figures
    """Under the rules that were in force."""
    draft: Figures
    """Under the draft."""


class PointChange(Answer):
    """Number of cards by how many points more (or, below 0, fewer) they would have."""

    from_points: int | None
    """Lower end of the class, included. Null: without a lower end."""
    to_points: int | None
    """Upper end of the class, included. Null: without an upper end."""
    cards: int
    """Number of cards in this class."""


class CardExample(Answer):
    """A card for which the draft makes a great difference."""

    card_code: str
    """Code of the card."""
    points_live: int
    """Points on the card under the rules that were in force."""
    points_draft: int
    """Points on the card under the draft."""
    stamps_live: int
    """Stamps on the card under the rules that were in force."""
    stamps_draft: int
    """Stamps on the card under the draft."""
    rewards_refused: int
    """Redemptions that the draft would have refused."""
    sentence: str
    """The difference, as one sentence in the reader's language."""


class Refusal(Answer):
    """Bookings of the past that the draft would have refused."""

    code: str
    """Code of the problem."""
    times: int
    """Number of such bookings."""


class PreviewResult(Answer):
    """What the past would have been under the draft."""

    as_of: datetime
    """The moment up to which bookings were replayed (UTC)."""
    transactions: int
    """Number of transactions that were replayed."""
    stores: list[StorePreview]
    """By store. Expiry, balances and liability count at the store where the card was made."""
    live: Figures
    """All stores, under the rules that were in force."""
    draft: Figures
    """All stores, under the draft."""
    cards_better: int
    """Number of cards that would be better off."""
    cards_worse: int
    """Number of cards that would be worse off."""
    cards_unchanged: int
    """Number of cards for which nothing would change."""
    changes: list[PointChange]
    """Cards by how many points more or fewer they would have."""
    better: list[CardExample]
    """Cards that would be better off: at most ten, the greatest difference first."""
    worse: list[CardExample]
    """Cards that would be worse off: at most ten, the greatest difference first."""
    would_have_been_refused: list[Refusal]
    """Bookings that the draft would have refused, by code."""
    sales_below_minimum: int
    """Sales that would have given nothing. Sales that gave nothing then were not booked and cannot be counted."""
    unexplained_cards: int
    """Cards whose past, replayed under its own rules, differs from the ledger. Should be 0."""


class PreviewView(Answer):
    """A preview of changed rules, which is computed in the background."""

    id: UUID
    """Id of the preview, to ask for it until it is done."""
    state: PreviewState
    """`queued`: waits for a worker. `running`: is being computed. `done`: see `result`. `failed`: see `error`."""
    draft: ProgramDraft
    """The rules that are tried."""
    cards_done: int
    """Number of cards replayed so far."""
    cards_total: int
    """Number of cards to replay. 0 before it has begun."""
    created_at: datetime
    """When it was asked for (UTC)."""
    finished_at: datetime | None
    """When it was done or has failed (UTC). Null before that."""
    error: str | None
    """Why it failed and what to do, in one sentence. Null unless it failed."""
    result: PreviewResult | None
    """The result. Null until it is done."""

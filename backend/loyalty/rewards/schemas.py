from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType, field

from backend.core.schemas import IN_ITS_DIRECTION, ONE_LINE, Answer, Body

RewardStatus = Literal["offered", "scheduled", "ended", "paused", "archived"]
RewardName = Annotated[str, Meta(max_length=100, pattern=ONE_LINE, extra={"format": "line"}, examples=["Tote bag"])]
RewardDescription = Annotated[str, Meta(max_length=500, pattern=IN_ITS_DIRECTION, examples=["In black or natural"])]
PointsRequired = Annotated[int, Meta(ge=1, le=1_000_000, examples=[500])]
ValueCents = Annotated[int, Meta(ge=0, le=100_000_000, examples=[2500])]
Stock = Annotated[int, Meta(ge=0, le=1_000_000, examples=[40])]
LimitPerCard = Annotated[int, Meta(ge=1, le=1_000, examples=[1])]
PictureHash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
RewardStoreIds = Annotated[list[UUID], Meta(max_length=200)]


class RewardNames(Body):
    """By language; the program's default language is required."""

    en: RewardName | UnsetType = UNSET
    fr: RewardName | UnsetType = UNSET
    de: RewardName | UnsetType = UNSET
    lb: RewardName | UnsetType = UNSET


class RewardDescriptions(Body):
    """By language."""

    en: RewardDescription | UnsetType = UNSET
    fr: RewardDescription | UnsetType = UNSET
    de: RewardDescription | UnsetType = UNSET
    lb: RewardDescription | UnsetType = UNSET


class RewardView(Answer):
    """A reward of the program, in the reader's language."""

    id: UUID
    name: str
    description: str
    points_required: int
    stock: int | None
    limit_per_card: int | None
    picture: str | None
    """Its hash: `GET /storefront/loyalty/pictures/{picture}` shows it. None: there is none."""


class CardReward(RewardView):
    """A reward as this card sees it."""

    redeemable: bool
    """The card could redeem it at this store now."""
    missing_points: int
    """Points still to earn, with what is owed; 0 when the balance suffices."""
    refusal: str | None
    """Why not, apart from the points: out_of_stock | reward_limit_reached | other_store | None"""


class RewardDraft(Body, kw_only=True):
    """A new reward. It is offered at once, as the last of the list, unless it is paused or starts later."""

    name: RewardNames
    description: RewardDescriptions = field(default_factory=RewardDescriptions)
    points_required: PointsRequired
    value_cents: ValueCents = 0
    """What it costs the merchant, for the liability in reports."""
    stock: Stock | None = None
    """How many can still be handed over; each redemption takes one. None: not counted."""
    limit_per_card: LimitPerCard | None = None
    """How many one customer can have in all."""
    store_ids: RewardStoreIds = []
    """Where it is handed over; empty: at all stores."""
    starts_on: date | None = None
    ends_on: date | None = None
    """First and last day on which it is offered, where the merchant is."""
    picture: PictureHash | None = None
    """The hash of an uploaded picture."""
    is_active: bool = True
    """False: paused by hand."""


class RewardChange(Body, kw_only=True):
    """JSON merge patch: what is left out stays as it is. Texts and stores are replaced as a whole."""

    name: RewardNames | UnsetType = UNSET
    description: RewardDescriptions | UnsetType = UNSET
    points_required: PointsRequired | UnsetType = UNSET
    value_cents: ValueCents | UnsetType = UNSET
    stock: Stock | UnsetType | None = UNSET
    """Leave it out unless a person has counted: redemptions change it all the time."""
    limit_per_card: LimitPerCard | UnsetType | None = UNSET
    store_ids: RewardStoreIds | UnsetType = UNSET
    starts_on: date | UnsetType | None = UNSET
    ends_on: date | UnsetType | None = UNSET
    picture: PictureHash | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET


class RewardMove(Body):
    position: Annotated[int, Meta(ge=1, le=10_000)]
    """1 is the first. A number behind the last one means the last."""


class RewardDetail(Answer, kw_only=True):
    """A reward as the owner edits it, with its texts in all languages. The `ETag` is its version in quotes."""

    id: UUID
    name: dict[str, str]
    description: dict[str, str]
    points_required: int
    value_cents: int
    stock: int | None
    limit_per_card: int | None
    store_ids: list[UUID]
    starts_on: date | None
    ends_on: date | None
    picture: str | None
    is_active: bool
    state: RewardStatus
    """`offered`, unless it is `archived`, `paused`, `scheduled` for later or has `ended`."""
    position: int
    """Among rewards that are not archived."""
    version: int
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType, field

from backend.core.enums import RewardRefusal
from backend.core.languages import texts_by_language
from backend.core.schemas import IN_ITS_DIRECTION, ONE_LINE, Answer, Body

RewardOrder = Literal["position", "points_required", "-points_required", "-created_at"]
RewardStatus = Literal["offered", "scheduled", "ended", "paused", "archived"]
RewardName = Annotated[str, Meta(max_length=100, pattern=ONE_LINE, extra={"format": "line"}, examples=["Tote bag"])]
RewardDescription = Annotated[str, Meta(max_length=500, pattern=IN_ITS_DIRECTION, examples=["In black or natural"])]
PointsRequired = Annotated[int, Meta(ge=1, le=1_000_000, examples=[500], description="Points that one piece costs.")]
ValueCents = Annotated[
    int,
    Meta(
        ge=0,
        le=100_000_000,
        examples=[2500],
        description="What one piece costs the merchant, in cents, for the liability in reports.",
    ),
]
Stock = Annotated[
    int,
    Meta(
        ge=0,
        le=1_000_000,
        examples=[40],
        description="Pieces that can still be handed over. Each redemption takes one. Null: not counted.",
    ),
]
LimitPerCard = Annotated[
    int, Meta(ge=1, le=1_000, examples=[1], description="How many one customer can have in all. Null: any number.")
]
PictureHash = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)", description="Hash of an uploaded picture. Null: none.")
]
RewardStoreIds = Annotated[
    list[UUID],
    Meta(max_length=200, description="Ids of the stores where it is handed over. Empty: all stores."),
]


# A type checker takes no struct whose fields are read from a file.
if TYPE_CHECKING:
    RewardNames: TypeAlias = Body
    RewardDescriptions: TypeAlias = Body
else:
    RewardNames = texts_by_language(
        "RewardNames",
        RewardName,
        doc="The name by language. The program's default language is required.",
        each="Name in %s.",
    )
    RewardDescriptions = texts_by_language(
        "RewardDescriptions", RewardDescription, doc="The description by language.", each="Description in %s."
    )


class RewardView(Answer):
    """A reward of the program, in the reader's language."""

    id: UUID
    """Id of the reward."""
    name: str
    """Name of the reward, in the reader's language."""
    description: str
    """What the customer gets, in the reader's language. May be empty."""
    points_required: int
    """Points that one piece costs."""
    stock: int | None
    """Pieces that can still be handed over. Null: not counted."""
    limit_per_card: int | None
    """How many one customer can have in all. Null: any number."""
    picture: str | None
    """Hash of its picture, which `GET /storefront/loyalty/pictures/{picture}` shows. Null: none."""


class CardReward(RewardView):
    """A reward, with what this card lacks for it."""

    redeemable: bool
    """True when the card could redeem it at this store now."""
    missing_points: int
    """Points still to earn, with those that are owed. 0 when the balance suffices."""
    refusal: RewardRefusal | None
    """Why not, apart from points: `out_of_stock`, `reward_limit_reached` or `other_store`. Null: no such reason."""


class RewardDraft(Body, kw_only=True):
    """A new reward. It is offered at once, as the last of the list, unless it is paused or starts later."""

    name: RewardNames
    """Name by language."""
    description: RewardDescriptions = field(default_factory=RewardDescriptions)
    """Description by language."""
    points_required: PointsRequired
    value_cents: ValueCents = 0
    stock: Stock | None = None
    limit_per_card: LimitPerCard | None = None
    store_ids: RewardStoreIds = []
    starts_on: date | None = None
    """First day on which it is offered, in the merchant's time zone. Null: at once."""
    ends_on: date | None = None
    """Last day on which it is offered, in the merchant's time zone. Null: without an end."""
    picture: PictureHash | None = None
    is_active: bool = True
    """False pauses the reward by hand."""


class RewardChange(Body, kw_only=True):
    """JSON merge patch: what is left out stays as it is. Texts and stores are replaced as a whole."""

    name: RewardNames | UnsetType = UNSET
    """Name by language, replaced as a whole."""
    description: RewardDescriptions | UnsetType = UNSET
    """Description by language, replaced as a whole."""
    points_required: PointsRequired | UnsetType = UNSET
    value_cents: ValueCents | UnsetType = UNSET
    stock: Stock | UnsetType | None = UNSET
    """Pieces that can still be handed over. Null: not counted. Leave it out unless a person has counted: redemptions
    change it."""
    limit_per_card: LimitPerCard | UnsetType | None = UNSET
    store_ids: RewardStoreIds | UnsetType = UNSET
    starts_on: date | UnsetType | None = UNSET
    """First day on which it is offered, in the merchant's time zone. Null: at once."""
    ends_on: date | UnsetType | None = UNSET
    """Last day on which it is offered, in the merchant's time zone. Null: without an end."""
    picture: PictureHash | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET
    """False pauses the reward by hand."""


class RewardMove(Body):
    """Where a reward stands in the list."""

    position: Annotated[int, Meta(ge=1, le=10_000)]
    """1 is the first. A number behind the last one means the last."""


class RewardDetail(Answer, kw_only=True):
    """A reward as the owner edits it, with its texts in all languages. The `ETag` is its version in quotes."""

    id: UUID
    """Id of the reward."""
    name: dict[str, str]
    """Name by language."""
    description: dict[str, str]
    """Description by language."""
    points_required: int
    """Points that one piece costs."""
    value_cents: int
    """What one piece costs the merchant, in cents, for the liability in reports."""
    stock: int | None
    """Pieces that can still be handed over. Each redemption takes one. Null: not counted."""
    limit_per_card: int | None
    """How many one customer can have in all. Null: any number."""
    store_ids: list[UUID]
    """Ids of the stores where it is handed over. Empty: all stores."""
    starts_on: date | None
    """First day on which it is offered, in the merchant's time zone. Null: at once."""
    ends_on: date | None
    """Last day on which it is offered, in the merchant's time zone. Null: without an end."""
    picture: str | None
    """Hash of its picture, which `GET /storefront/loyalty/pictures/{picture}` shows. Null: none."""
    is_active: bool
    """False when it is paused by hand."""
    state: RewardStatus
    """`offered`, unless it is `archived`, `paused`, `scheduled` for a later day or has `ended`."""
    position: int
    """Place among the rewards that are not archived, from 1."""
    version: int
    """Version of the row: send it in quotes as `If-Match` to change it."""
    created_at: datetime
    """When it was made (UTC)."""
    updated_at: datetime
    """When it was last changed (UTC)."""
    archived_at: datetime | None
    """When it was archived (UTC). Null unless it is."""

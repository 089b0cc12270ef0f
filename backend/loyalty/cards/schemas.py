"""The card as till, tablet and customer see it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.enums import CardStateName, HoldStateName, ProgramKind, Unit
from backend.core.schemas import Answer, Body
from backend.loyalty.customers.schemas import CustomerView, HolderView
from backend.loyalty.rewards.schemas import CardReward
from backend.merchants.schemas import StoreRef
from backend.wallets.schemas import Wallets


class NextExpiry(Answer):
    """Points that expire next."""

    expires_at: datetime
    """From this instant on the points cannot be spent (UTC)."""
    points: int
    """Points that expire at that instant."""


class HoldView(Answer):
    """Points or stamps held for a reward. They stay part of the balance, but pay for nothing else."""

    id: UUID
    """Id of the hold, for confirming and releasing it."""
    reward_id: UUID | None
    """Id of the reward. Null for the full stamp card."""
    reward: str
    """Name of the reward, in the reader's language."""
    unit: Unit
    """What is held: `points` or `stamps`."""
    amount: int
    """Points or stamps held, for all pieces together."""
    quantity: int
    """Pieces of the reward, or full stamp cards."""
    state: HoldStateName
    """`reserved`: open. `confirmed`: redeemed. `released`: given back by hand. `timed_out`: given back because it
    expired."""
    expires_at: datetime
    """When an open hold ends by itself (UTC), ten minutes after it was made."""


class MergedCard(Answer):
    """A card that was merged into this one."""

    merge_id: UUID
    """Id of the merge, for reversing it."""
    card_id: UUID
    """Id of the merged card, which keeps its own history."""
    code: str
    """Code of the merged card. It opens this card until this card gets a new code."""
    merged_at: datetime
    """When the cards were merged (UTC)."""
    reversible_until: datetime
    """Until then the merge can be reversed (UTC), 30 days after it."""


class OwnCardView(Answer):
    """The card as everybody who has its address sees it."""

    id: UUID
    """Id of the card. It stays the same when the card gets a new code."""
    code: Annotated[str, Meta(examples=["BDFHKLNPRSTVXGCJ"])]
    """Sixteen letters without spaces: printed on the card, in its QR code, and typed at the till."""
    state: CardStateName
    """`active`: in use. `deactivated`: out of use, balances stay. `merged`: `merged_into_id` goes on in its place.
    `erased`: its customer was erased."""
    customer: HolderView
    """The holder of the card."""
    program_type: ProgramKind
    """What the program collects: `stamps`, `points` or both (`hybrid`)."""
    card_name: str
    """Name of the card, as customers see it."""
    card_color: str
    """Color of the card, as `#RRGGBB`."""
    enrolled_store: StoreRef
    """Store where the customer enrolled."""
    enrolled_at: datetime
    """When the customer enrolled (UTC)."""
    last_activity_at: datetime
    """Latest booking by a person (UTC)."""
    points_balance: int
    """Points on the card now, those that are held included."""
    debt_points: int
    """Points owed because returned points had already been spent. Later sales pay them first."""
    stamp_count: int
    """Stamps on the card now, those that are held included."""
    stamps_target: int
    """Stamps of a full stamp card."""
    held_points: int
    """Points of the balance that are held and pay for nothing else: for rewards (`holds`), the others for tablets."""
    held_stamps: int
    """Stamps of the balance that are held and pay for nothing else: for rewards (`holds`), the others for tablets."""
    holds: list[HoldView]
    """Open holds for rewards."""
    stamp_reward: str
    """What a full stamp card is redeemed for, in the reader's language."""
    reward_ready: bool
    """True when the stamp card is full, without the stamps that are held."""
    rewards: list[CardReward]
    """Rewards of the program, each with what this card lacks for it."""
    next_stamp_available_at: datetime | None
    """When waiting time and daily limit next allow a stamp (UTC). Null: now."""
    remaining_stamps_today: int
    """Stamps that the daily limit still allows today, in the time zone of the store."""
    next_expiry: NextExpiry | None
    """Points that expire next. Null when no points expire."""
    wallets: Wallets
    """How the card gets into Google Wallet and Apple Wallet."""
    page_url: str | None
    """Address of the customer's own page. It opens the card without signing in, so keep it secret. Null on a kiosk."""
    works_at: list[StoreRef]
    """Stores where the card is accepted."""
    merged_into_id: UUID | None
    """Id of the card that goes on in its place. Null unless the card is merged."""
    merged_into_code: str | None
    """Code of the card that is in use now, also after several merges. Null unless the card is merged."""
    merged_cards: list[MergedCard]
    """Cards that were merged into this one."""


class CardView(OwnCardView):
    """The card as the merchant's people see it."""

    customer: CustomerView
    """The customer of the card."""


class ListedCard(Answer):
    """A card in the list of a merchant's cards: what it is and has, without what the program offers for it."""

    id: UUID
    """Id of the card. It stays the same when the card gets a new code."""
    code: Annotated[str, Meta(examples=["BDFHKLNPRSTVXGCJ"])]
    """Sixteen letters without spaces: printed on the card and in its QR code."""
    state: CardStateName
    """`active`: in use. `deactivated`: out of use, balances stay. `merged`: `merged_into_id` goes on in its place.
    `erased`: its customer was erased."""
    customer_id: UUID | None
    """Id of the customer. Null after the customer was erased."""
    store_id: UUID
    """Id of the store where the customer enrolled."""
    enrolled_at: datetime
    """When the customer enrolled (UTC)."""
    last_activity_at: datetime
    """Latest booking by a person (UTC)."""
    points_balance: int
    """Points on the card after its last transaction, those that are held included."""
    debt_points: int
    """Points owed because returned points had already been spent. Later sales pay them first."""
    stamp_count: int
    """Stamps on the card after its last transaction, those that are held included."""
    merged_into_id: UUID | None
    """Id of the card that goes on in its place. Null unless the card is merged."""
    customer: CustomerView | None = None
    """The customer, with `expand=customer`. Null without it, and after the customer was erased."""


ENOUGH_TO_FIND = "[\\s\\S]{2}|[\u1100-\u11ff\u3040-\u9fff\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003fffd]"
"""A pattern: two letters, or one of a script in which one may be a name."""


class CardLookup(Body):
    """Which cards to find."""

    query: Annotated[
        str,
        Meta(
            max_length=254,
            pattern=ENOUGH_TO_FIND,
            extra={"format": "search"},
            examples=["BDFH KLNP RSTV XGCJ", "weber"],
        ),
    ]
    """Card code (any case, spaces allowed), email, phone or its last digits, or two letters of a name; one in scripts
    where one may be a name."""


CardExpansion = Literal["customer"]
MatchedBy = Literal["code", "email", "phone", "phone_ending", "name"]


class CardMatches(Answer):
    """The cards that a lookup has found."""

    cards: list[CardView]
    """At most five cards; exactly one for a card code. Empty when nothing matches."""
    matched_by: MatchedBy = "name"
    """What the query was taken for. Let a person confirm even a single card found by `phone_ending`."""

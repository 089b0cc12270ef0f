"""The card as till, tablet and customer see it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import Answer, Body
from backend.loyalty.customers.schemas import CustomerView, HolderView
from backend.loyalty.rewards.schemas import CardReward
from backend.merchants.schemas import StoreRef
from backend.wallets.schemas import Wallets


class NextExpiry(Answer):
    expires_at: datetime
    points: int
    """Points that expire at that instant."""


class HoldView(Answer):
    """Points or stamps set aside for a reward."""

    id: UUID
    reward_id: UUID | None
    """None: the full stamp card."""
    reward: str
    unit: str
    amount: int
    """Points or stamps, for all pieces together."""
    quantity: int
    state: str
    """reserved | confirmed | released | timed_out"""
    expires_at: datetime


class MergedCard(Answer):
    merge_id: UUID
    card_id: UUID
    """Its history stays there."""
    code: str
    """Still opens the card that was kept, until that one is replaced."""
    merged_at: datetime
    reversible_until: datetime


class OwnCardView(Answer):
    """The card as everybody who has its address sees it."""

    id: UUID
    code: Annotated[str, Meta(examples=["BDFHKLNPRSTVXGCJ"])]
    """Sixteen letters, without spaces: printed, in the QR code and typed."""
    state: str
    """active | deactivated | merged | erased"""
    customer: HolderView
    program_type: str
    card_name: str
    card_color: str
    enrolled_store: StoreRef
    enrolled_at: datetime
    last_activity_at: datetime
    points_balance: int
    debt_points: int
    """Points owed after a return; paid first by later sales."""
    stamp_count: int
    stamps_target: int
    held_points: int
    held_stamps: int
    """Set aside for rewards: part of the balance, but nothing else can be paid from it."""
    holds: list[HoldView]
    stamp_reward: str
    reward_ready: bool
    """The stamp card is full."""
    rewards: list[CardReward]
    next_stamp_available_at: datetime | None
    """None: a stamp may be added now as far as the waiting time goes."""
    remaining_stamps_today: int
    next_expiry: NextExpiry | None
    wallets: Wallets
    page_url: str | None
    """The customer's own page (a capability: the address alone opens the card). Null on a kiosk."""
    works_at: list[StoreRef]
    """Stores where the card is accepted."""
    merged_into_id: UUID | None
    """The card that goes on in its place."""
    merged_into_code: str | None
    """The code of the one in use now: that card may have been merged again."""
    merged_cards: list[MergedCard]
    """Cards that were merged into this one."""


class CardView(OwnCardView):
    """The card as the merchant's people see it."""

    customer: CustomerView


ENOUGH_TO_FIND = "[\\s\\S]{2}|[\u1100-\u11ff\u3040-\u9fff\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003fffd]"
"""A pattern: two letters, or one of a script in which one may be a name."""


class CardLookup(Body):
    query: Annotated[str, Meta(max_length=254, pattern=ENOUGH_TO_FIND, examples=["BDFH KLNP RSTV XGCJ", "weber"])]
    """Card code (any case, spaces allowed), email, phone or its last digits, or at least two letters of a name, of
    Chinese, Japanese and Korean ones one."""


MatchedBy = Literal["code", "email", "phone", "phone_ending", "name"]


class CardMatches(Answer):
    cards: list[CardView]
    """At most five; exactly one for a card code."""
    matched_by: MatchedBy = "name"
    """What the query was taken for. Cards found by the ending of a phone number, even a single one, are a choice to be
    made by a person."""

from datetime import date
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import Answer
from backend.loyalty.categories.schemas import CategoryView
from backend.loyalty.rewards.schemas import RewardView
from backend.merchants.schemas import PolicyView, StoreRef


class TermsView(Answer):
    """The rules in force. Every sale keeps the version it was booked under."""

    version: int
    points_per_euro: str
    """A fraction such as `1`, `3/2` or `1/50` points per euro."""
    minimum_purchase_cents: int
    minimum_redemption_points: int
    welcome_bonus_points: int
    stamps_target: int
    stamp_reward: str
    cooldown_minutes: int
    max_daily_stamps: int


class ProgramView(Answer):
    """The program as the till needs it."""

    id: UUID
    type: Annotated[str, Meta(examples=["hybrid"])]
    """stamps | points | hybrid"""
    name: str
    card_name: str
    card_color: str
    """#RRGGBB"""
    store: StoreRef
    currency: str
    timezone: str
    terms: TermsView
    rewards: list[RewardView]
    categories: list[CategoryView]
    policy: PolicyView


class PublicProgram(Answer):
    """The program as the join page shows it."""

    merchant_name: str
    store: StoreRef
    type: str
    name: str
    card_name: str
    card_color: str
    logo_url: str | None
    terms: TermsView
    rewards: list[RewardView]
    terms_text: str
    """The conditions in the reader's language; may be empty when `terms_url` is set."""
    terms_url: str | None
    privacy_url: str | None
    default_language: str
    """Of texts that are missing in the reader's."""
    store_language: str | None
    """Of readers who have wished for none; null: the merchant's."""
    merchant_language: str
    open_for_enrollment: bool
    terms_published_on: date

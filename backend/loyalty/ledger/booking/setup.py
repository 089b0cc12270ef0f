"""What a merchant has set up, as the store of a request sees it."""

from datetime import datetime
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from backend.loyalty.ledger.booking.card import CustomerState
from i18n.locales import negotiate


class StoreState(msgspec.Struct, frozen=True):
    id: UUID
    code: str
    name: str


class HomeStore(StoreState, frozen=True):
    """The store that asks."""

    timezone: str
    country: str
    language: str | None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class MerchantState(msgspec.Struct, frozen=True):
    name: str
    timezone: str
    currency: str
    language: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class FeatureState(msgspec.Struct, frozen=True):
    feature: str
    of_store: bool
    is_enabled: bool


class PolicyState(msgspec.Struct, frozen=True):
    staff_pin_policy: str
    lockout_attempts: int
    lockout_minutes: int
    lock_after_minutes: int
    allow_self_enrollment: bool
    allow_void_transactions: bool
    allow_cross_location_redemption: bool
    require_order_reference: bool
    log_ip_addresses: bool


class ProgramState(msgspec.Struct, frozen=True):
    id: UUID
    type: str
    name: str
    card_name: str
    card_color: str
    logo_url: str | None
    terms_text: dict[str, str]
    terms_url: str | None
    privacy_url: str | None
    default_language: str
    is_active: bool

    @property
    def has_points(self) -> bool:
        return self.type in {"points", "hybrid"}

    @property
    def has_stamps(self) -> bool:
        return self.type in {"stamps", "hybrid"}


class TermsState(msgspec.Struct, frozen=True):
    version: int
    points_numerator: int
    points_denominator: int
    minimum_purchase_cents: int
    minimum_redemption_points: int
    welcome_bonus_points: int
    stamps_target: int
    stamp_reward: dict[str, str]
    cooldown_minutes: int
    max_daily_stamps: int
    expiry_kind: str
    expiry_days: int | None
    expiry_period: str | None
    return_policy: str
    published_at: datetime

    @property
    def points_per_euro(self) -> Fraction:
        return Fraction(self.points_numerator, self.points_denominator)


class RewardState(msgspec.Struct, frozen=True):
    id: UUID
    name: dict[str, str]
    description: dict[str, str]
    points_required: int
    stock: int | None
    limit_per_card: int | None
    store_ids: list[UUID]
    picture: str | None = None


class LimitState(msgspec.Struct, frozen=True):
    """At most so much of something within so many minutes."""

    id: UUID
    scope: str
    measure: str
    window_minutes: int
    maximum: int


class CategoryState(msgspec.Struct, frozen=True):
    id: UUID
    name: dict[str, str]


class Setup(msgspec.Struct, frozen=True):
    """What the merchant has set up, as the store that asks sees it."""

    merchant: MerchantState
    store: HomeStore
    stores: list[StoreState]
    features: list[FeatureState]
    policy: PolicyState
    program: ProgramState | None
    terms: TermsState | None
    rewards: list[RewardState]
    categories: list[CategoryState]

    def language_for(self, customer: CustomerState | None) -> str:
        """Where no browser says its wish: the customer's, else the store's, else the merchant's."""
        wish = customer.language if customer else None
        return negotiate(None, customer=wish, store=self.store.language, merchant=self.merchant.language)


_decoder = msgspec.json.Decoder(Setup)


def decode_setup(document: str) -> Setup:
    return _decoder.decode(document)


def in_language(texts: dict[str, str] | None, language: str, default_language: str) -> str:
    """The reader's language, else the program's, else any that it has."""
    texts = texts or {}
    return texts.get(language) or texts.get(default_language) or next(iter(texts.values()), "")

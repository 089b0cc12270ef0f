from datetime import date
from uuid import UUID

from backend.core.enums import ProgramKind
from backend.core.languages import LanguageName
from backend.core.schemas import Answer
from backend.loyalty.categories.schemas import CategoryView
from backend.loyalty.rewards.schemas import RewardView
from backend.merchants.schemas import PolicyView, StoreRef


class TermsView(Answer):
    """The rules in force. Every sale keeps the version it was booked under."""

    version: int
    """Number of the version, from 1."""
    points_per_euro: str
    """Points per euro as a fraction, such as `1`, `3/2` or `1/50`."""
    minimum_purchase_cents: int
    """Purchases below this amount in cents earn nothing."""
    minimum_redemption_points: int
    """A redemption needs this many points on the card."""
    welcome_bonus_points: int
    """Points that a new card gets at once."""
    stamps_target: int
    """Stamps of a full stamp card."""
    stamp_reward: str
    """What a full stamp card is redeemed for, in the reader's language."""
    cooldown_minutes: int
    """Minutes between two stamps of a card. 0: none."""
    max_daily_stamps: int
    """The most stamps of a card in a day of the store's time zone."""


class ProgramView(Answer):
    """The program as the till needs it."""

    id: UUID
    """Id of the program."""
    type: ProgramKind
    """What the program collects: `stamps`, `points` or both (`hybrid`)."""
    name: str
    """Name of the program."""
    card_name: str
    """Name of the card, as customers see it."""
    card_color: str
    """Color of the card, as `#RRGGBB`."""
    store: StoreRef
    """The store of this till."""
    currency: str
    """ISO 4217 code of the currency of all amounts."""
    timezone: str
    """IANA time zone of the store, such as `Europe/Luxembourg`. Its days begin and end there."""
    terms: TermsView
    """The rules in force."""
    rewards: list[RewardView]
    """Rewards that are offered now, in the order of the office."""
    categories: list[CategoryView]
    """Categories of purchases at this store."""
    policy: PolicyView
    """Rules of the merchant for tills."""


class PublicProgram(Answer):
    """The program as the join page shows it."""

    merchant_name: str
    """Name of the merchant."""
    store: StoreRef
    """The store of the join page."""
    type: ProgramKind
    """What the program collects: `stamps`, `points` or both (`hybrid`)."""
    name: str
    """Name of the program."""
    card_name: str
    """Name of the card, as customers see it."""
    card_color: str
    """Color of the card, as `#RRGGBB`."""
    logo_url: str | None
    """Address of the merchant's logo. Null: none."""
    terms: TermsView
    """The rules in force."""
    rewards: list[RewardView]
    """Rewards that are offered now, in the order of the office."""
    terms_text: str
    """Terms that the customer accepts, in the reader's language. May be empty when `terms_url` is set."""
    terms_url: str | None
    """Address of the merchant's page with the terms. Null: `terms_text` has them."""
    privacy_url: str | None
    """Address of the merchant's privacy statement. Null: none."""
    default_language: LanguageName
    """Language of texts that are missing in the reader's."""
    store_language: LanguageName | None
    """Language of the store for readers without one of their own. Null: the merchant's."""
    merchant_language: LanguageName
    """Language of the merchant for readers without one of their own."""
    open_for_enrollment: bool
    """False when customers can join at the till only."""
    terms_published_on: date
    """Day since when these rules are in force, in the merchant's time zone."""

"""A card with everything that decides about it, as the statement `card_state` reads it."""

from datetime import date, datetime
from fractions import Fraction
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from backend.core.answers import AnswerState
from backend.loyalty.cards.wallets import PassLink
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

    def language_for(self, customer: "CustomerState | None") -> str:
        """Where no browser says its wish: the customer's, else the store's, else the merchant's."""
        wish = customer.language if customer else None
        return negotiate(None, customer=wish, store=self.store.language, merchant=self.merchant.language)


class CardRow(msgspec.Struct):
    """The card's own row; changed in place while a booking is decided."""

    merchant_id: UUID
    id: UUID
    code: str
    store_id: UUID
    scope_store_id: UUID | None
    state: str
    points_balance: int
    debt_points: int
    stamp_count: int
    carry_numerator: int
    carry_denominator: int
    last_seq: int
    version: int
    page_version: int
    enrolled_at: datetime
    last_activity_at: datetime
    merged_into_id: UUID | None
    last_digest: str | None
    """As PostgreSQL writes bytes; the statement `book` goes on from it."""
    frozen_at: datetime | None

    @property
    def carry(self) -> Fraction:
        return Fraction(self.carry_numerator, self.carry_denominator)

    @carry.setter
    def carry(self, value: Fraction) -> None:
        self.carry_numerator, self.carry_denominator = value.numerator, value.denominator


class CustomerState(msgspec.Struct, frozen=True):
    id: UUID
    email: str
    first_name: str | None
    last_name: str | None
    phone: str | None
    birth_date: date | None
    language: str
    phone_norm: str | None = None

    @property
    def name(self) -> str:
        given = " ".join(part for part in (self.first_name, self.last_name) if part)
        return given or self.email.partition("@")[0]


class LotState(msgspec.Struct):
    """Points or stamps that came together; changed in place while a booking is decided."""

    merchant_id: UUID
    id: UUID
    card_id: UUID
    transaction_id: UUID
    unit: str
    original: int
    remaining: int
    expires_at: datetime | None
    idle_days: int | None
    has_grace: bool = False
    from_lot_id: UUID | None = None


class HoldState(msgspec.Struct):
    """Points or stamps set aside; changed in place while a booking is decided."""

    merchant_id: UUID
    id: UUID
    card_id: UUID
    store_id: UUID
    user_id: UUID | None
    device_id: UUID | None
    reward_id: UUID | None
    unit: str
    amount: int
    quantity: int
    state: str
    reserved_at: datetime
    expires_at: datetime
    settled_at: datetime | None


class TargetTransaction(msgspec.Struct, frozen=True):
    merchant_id: UUID
    id: UUID
    card_id: UUID
    kind: str
    unit: str
    amount: int
    store_id: UUID | None
    sign_in_id: UUID | None
    terms_version: int
    purchase_amount_cents: int | None
    order_reference: str | None
    quantity: int | None
    reversed_points: int | None
    reward_id: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    user_id: UUID | None = None
    device_id: UUID | None = None


class Returned(msgspec.Struct, frozen=True):
    """What a return has taken back, with the rate of its terms."""

    transaction: TargetTransaction
    points_numerator: int
    points_denominator: int
    is_void: bool = False
    """Nothing of it stands: it counts toward no limit."""

    @property
    def points_per_euro(self) -> Fraction:
        return Fraction(self.points_numerator, self.points_denominator)


class Taken(msgspec.Struct, frozen=True):
    amount: int
    lot: LotState


class Target(msgspec.Struct, frozen=True):
    """A transaction to take back, with what it granted and took, and what was taken back of it before."""

    transaction: TargetTransaction
    void_count: int
    returned_cents: int
    returned_quantity: int
    reversed_points: int
    """Of the sale's own points, settled by earlier returns."""
    given_back: int
    """Points or stamps earlier returns gave back or took."""
    reward: dict[str, str] | None
    reward_stock: int | None
    store: str | None
    """Code of the store that booked it."""
    points_numerator: int
    points_denominator: int
    returned: Returned | None
    """Of a return: what it took back."""
    granted_ids: list[UUID]
    """The lots it granted, or gave something back to, and all that has come of them, on whichever card."""
    granted_expired: int
    """How much of what it granted expired unused, and was neither restored since nor found so by an earlier return."""
    taken: list[Taken]
    """Below zero for what it gave back."""
    reward_limit: int | None = None
    """Pieces for each person, also of a reward that is not offered any more."""

    @property
    def points_per_euro(self) -> Fraction:
        """Of the terms the sale was booked under."""
        return Fraction(self.points_numerator, self.points_denominator)

    @property
    def left_cents(self) -> int:
        """Of the sale, not returned yet."""
        return (self.transaction.purchase_amount_cents or 0) - self.returned_cents

    @property
    def left_quantity(self) -> int:
        """Of the pieces handed over, not returned yet."""
        return (self.transaction.quantity or 0) - self.returned_quantity

    @property
    def is_void(self) -> bool:
        """Nothing is left to take back."""
        return self.void_count > 0 and self.left_cents <= 0 and self.left_quantity <= 0


class TargetCard(msgspec.Struct, frozen=True):
    """A card some of an order was booked on."""

    id: UUID
    code: str
    scope_store_id: UUID | None
    customer: CustomerState | None


class MergeState(msgspec.Struct, frozen=True):
    """A card this one goes on for."""

    id: UUID
    card_id: UUID
    code: str
    merged_at: datetime
    reversible_until: datetime
    customer: CustomerState | None = None
    """Who holds it."""
    shared: list[str] = []
    """What its holder had told and this one's had not."""


class GoesOnAs(msgspec.Struct, frozen=True):
    """The card in use in place of a merged one, over any number of merges."""

    id: UUID
    code: str
    reversible_until: datetime | None = None
    """None: it is too late to undo the merge, or another came after it."""


class Moment(msgspec.Struct, frozen=True):
    """When a card is looked at, with what decides how long its lots live."""

    now: datetime
    last_activity_at: datetime
    """Of the customer."""
    zone: ZoneInfo
    """Of the merchant, whose days end there."""

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()


class CardState(msgspec.Struct, dict=True):
    card: CardRow
    enrolled_store: StoreState
    customer: CustomerState | None
    lots: list[LotState]
    stamped_at: list[datetime]
    """When the stamps of the last five days were given that still count, newest first."""
    redeemed_counts: dict[UUID, int]
    """For rewards with a limit per card: how many pieces this person has had."""
    holds: list[HoldState]
    """Of the last day, whatever became of them."""
    merges: list[MergeState]
    setup: Setup
    limits: list[LimitState]
    """Against fraud: every one the merchant has set."""
    answer: AnswerState | None
    past_terms: list[TermsState]
    """Of the last days, oldest first: those in force are in the setup."""
    targets: list[Target]
    target_stores: int
    """At how many stores the order reference was found."""
    target_cards: list[TargetCard]
    """On which cards, of what is not taken back yet."""
    passes: list[PassLink] = []
    """The wallets it is in."""
    goes_on_as: GoesOnAs | None = None
    """None: it was not merged into another."""

    def moment(self, now: datetime) -> Moment:
        return Moment(now, self.card.last_activity_at, self.setup.merchant.zone)

    @cached_property
    def program(self) -> ProgramState:
        assert self.setup.program is not None, "a card belongs to a program"
        return self.setup.program

    @cached_property
    def terms(self) -> TermsState:
        assert self.setup.terms is not None, "a program has terms"
        return self.setup.terms

    def terms_at(self, moment: datetime) -> TermsState:
        """In force then."""
        known = [*self.past_terms, self.terms]
        published = [terms for terms in known if terms.published_at <= moment]
        return published[-1] if published else known[0]


_decoder = msgspec.json.Decoder(CardState)
_setup_decoder = msgspec.json.Decoder(Setup)


def decode_state(document: str) -> CardState:
    return _decoder.decode(document)


def decode_setup(document: str) -> Setup:
    return _setup_decoder.decode(document)


def in_language(texts: dict[str, str] | None, language: str, default_language: str) -> str:
    """The reader's language, else the program's, else whichever there is."""
    texts = texts or {}
    return texts.get(language) or texts.get(default_language) or next(iter(texts.values()), "")

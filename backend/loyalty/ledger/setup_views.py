"""What a merchant has set up, as the API shows it in one reader's language."""

from backend.loyalty.categories.schemas import CategoryView
from backend.loyalty.ledger.booking.setup import Setup, StoreState, in_language
from backend.loyalty.ledger.problems.bookings import ProgramInactive
from backend.loyalty.programs.schemas import ProgramView, TermsView
from backend.loyalty.rewards.schemas import RewardView
from backend.merchants.schemas import PolicyView, StoreRef


def program_view(setup: Setup, language: str) -> ProgramView:
    """Raises ProgramInactive when the merchant has none yet."""
    program, store = setup.program, setup.store
    if program is None:
        raise ProgramInactive
    return ProgramView(
        id=program.id,
        type=program.type,
        name=program.name,
        card_name=program.card_name,
        card_color=program.card_color,
        store=store_view(store),
        currency=setup.merchant.currency,
        timezone=store.timezone,
        terms=terms_view(setup, language),
        rewards=reward_views(setup, language),
        categories=[
            CategoryView(category.id, text_of(category.name, setup, language)) for category in setup.categories
        ],
        policy=PolicyView(
            staff_pin_policy=setup.policy.staff_pin_policy,
            allow_void_transactions=setup.policy.allow_void_transactions,
            allow_cross_location_redemption=setup.policy.allow_cross_location_redemption,
            require_order_reference=setup.policy.require_order_reference,
            allow_self_enrollment=setup.policy.allow_self_enrollment,
            lock_after_minutes=setup.policy.lock_after_minutes,
        ),
    )


def terms_view(setup: Setup, language: str) -> TermsView:
    terms = setup.terms
    assert terms is not None, "a program has terms"
    return TermsView(
        version=terms.version,
        points_per_euro=str(terms.points_per_euro),
        minimum_purchase_cents=terms.minimum_purchase_cents,
        minimum_redemption_points=terms.minimum_redemption_points,
        welcome_bonus_points=terms.welcome_bonus_points,
        stamps_target=terms.stamps_target,
        stamp_reward=text_of(terms.stamp_reward, setup, language),
        cooldown_minutes=terms.cooldown_minutes,
        max_daily_stamps=terms.max_daily_stamps,
    )


def reward_views(setup: Setup, language: str) -> list[RewardView]:
    return [
        RewardView(
            id=reward.id,
            name=text_of(reward.name, setup, language),
            description=text_of(reward.description, setup, language),
            points_required=reward.points_required,
            stock=reward.stock,
            limit_per_card=reward.limit_per_card,
            picture=reward.picture,
        )
        for reward in setup.rewards
    ]


def store_view(store: StoreState) -> StoreRef:
    return StoreRef(id=store.id, code=store.code, name=store.name)


def text_of(texts: dict[str, str] | None, setup: Setup, language: str) -> str:
    """The reader's language, else the program's, else the merchant's."""
    default = setup.program.default_language if setup.program else setup.merchant.language
    return in_language(texts, language, default)

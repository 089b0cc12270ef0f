"""A card's state as the API shows it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.loyalty.cards.card_urls import Addresses
from backend.loyalty.cards.schemas import CardView, HoldView, MergedCard, NextExpiry
from backend.loyalty.cards.wallets import wallets_view
from backend.loyalty.categories.schemas import CategoryView
from backend.loyalty.customers.schemas import CustomerView
from backend.loyalty.ledger import rules
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.rows import TransactionRow
from backend.loyalty.ledger.booking.state import (
    CardState,
    CustomerState,
    HoldState,
    RewardState,
    Setup,
    StoreState,
    in_language,
)
from backend.loyalty.ledger.offers import reward_refusal, stores_of
from backend.loyalty.ledger.problems import CardNotFound, ProgramInactive
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.programs.schemas import ProgramView, TermsView
from backend.loyalty.rewards.schemas import CardReward, RewardView
from backend.merchants.schemas import PolicyView, StoreRef


@dataclass(frozen=True, slots=True)
class Show:
    """Shows things to one reader at one moment."""

    links: Addresses
    language: str
    now: datetime

    def card(self, state: CardState) -> CardView:
        """Raises CardNotFound for an erased card: nobody is left to show."""
        if state.customer is None:
            raise CardNotFound
        card, setup, terms = state.card, state.setup, state.terms
        zone = setup.store.zone
        moment = state.moment(self.now)
        points, stamped = (rules.live_lots(state.lots, unit, moment) for unit in ("points", "stamps"))
        balance, stamps, expiring = rules.left_in(points), rules.left_in(stamped), rules.next_expiry(points, moment)
        held_points, held_stamps = (rules.held(state.holds, unit, self.now) for unit in ("points", "stamps"))
        return CardView(
            id=card.id,
            code=card.code,
            state=card.state,
            customer=customer_view(state.customer),
            program_type=state.program.type,
            card_name=state.program.card_name,
            card_color=state.program.card_color,
            enrolled_store=_store(state.enrolled_store),
            enrolled_at=card.enrolled_at,
            last_activity_at=card.last_activity_at,
            points_balance=balance,
            debt_points=card.debt_points,
            stamp_count=stamps,
            stamps_target=terms.stamps_target,
            held_points=held_points,
            held_stamps=held_stamps,
            holds=[self.hold(hold, state) for hold in state.holds if rules.is_reserved(hold, self.now)],
            stamp_reward=self._text(terms.stamp_reward, setup),
            reward_ready=state.program.has_stamps and stamps - held_stamps >= terms.stamps_target,
            rewards=[self._card_reward(reward, state, max(0, balance - held_points)) for reward in setup.rewards],
            next_stamp_available_at=rules.next_stamp_at(state.stamped_at, terms, self.now, zone),
            remaining_stamps_today=rules.stamps_left_today(state.stamped_at, terms, self.now, zone),
            next_expiry=NextExpiry(*expiring) if expiring else None,
            wallets=wallets_view(
                self.links,
                merchant_id=card.merchant_id,
                card_id=card.id,
                page_version=card.page_version,
                is_active=card.state == "active",
                passes=state.passes,
            ),
            page_url=self.links.url(card.merchant_id, card.id, card.page_version),
            works_at=works_at(state),
            merged_into_id=card.merged_into_id,
            merged_into_code=state.goes_on_as.code if state.goes_on_as else None,
            merged_cards=[
                MergedCard(merge.id, merge.card_id, merge.code, merge.merged_at, merge.reversible_until)
                for merge in state.merges
            ],
        )

    def hold(self, hold: HoldState, state: CardState) -> HoldView:
        is_over = hold.state == "reserved" and not rules.is_reserved(hold, self.now)
        return HoldView(
            id=hold.id,
            reward_id=hold.reward_id,
            reward=self.reward_name(state, hold.reward_id) or "",
            unit=hold.unit,
            amount=hold.amount,
            quantity=hold.quantity,
            state="timed_out" if is_over else hold.state,
            expires_at=hold.expires_at,
        )

    def own_line(self, row: TransactionRow, draft: BookingDraft) -> TransactionView:
        """A line without a reward, just booked by whoever asks."""
        origin = draft.origin
        return self.transaction(row, draft.state, user=origin.user_name, reward=None, on_behalf=origin.on_behalf_name)

    def transaction(
        self,
        row: TransactionRow,
        state: CardState,
        *,
        user: str | None,
        reward: str | None,
        on_behalf: str | None = None,
    ) -> TransactionView:
        """A line just booked, at the asking store or in an office."""
        return TransactionView(
            id=row.id,
            seq=row.seq,
            card_id=row.card_id,
            kind=row.kind,
            unit=row.unit,
            amount=row.amount,
            points_balance=row.points_after,
            stamp_count=row.stamps_after,
            store=state.setup.store.code if row.store_id else None,
            user=user,
            on_behalf=on_behalf,
            customer=state.customer.name if state.customer else None,
            purchase_amount_cents=row.purchase_amount_cents,
            order_reference=row.order_reference,
            reward=reward,
            reason=row.reason,
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            voids_id=row.voids_id,
            quantity=row.quantity,
            override=row.override_user_id is not None,
            returned_cents=0,
            returned_quantity=0,
            voided=False,
            undo_until=rules.undo_until(row.kind, row.recorded_at),
        )

    def program(self, setup: Setup) -> ProgramView:
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
            store=_store(store),
            currency=setup.merchant.currency,
            timezone=store.timezone,
            terms=self.terms(setup),
            rewards=self.rewards(setup),
            categories=[CategoryView(category.id, self._text(category.name, setup)) for category in setup.categories],
            policy=PolicyView(
                staff_pin_policy=setup.policy.staff_pin_policy,
                allow_void_transactions=setup.policy.allow_void_transactions,
                allow_cross_location_redemption=setup.policy.allow_cross_location_redemption,
                require_order_reference=setup.policy.require_order_reference,
                allow_self_enrollment=setup.policy.allow_self_enrollment,
            ),
        )

    def terms(self, setup: Setup) -> TermsView:
        terms = setup.terms
        assert terms is not None, "a program has terms"
        return TermsView(
            version=terms.version,
            points_per_euro=str(terms.points_per_euro),
            minimum_purchase_cents=terms.minimum_purchase_cents,
            minimum_redemption_points=terms.minimum_redemption_points,
            welcome_bonus_points=terms.welcome_bonus_points,
            stamps_target=terms.stamps_target,
            stamp_reward=self._text(terms.stamp_reward, setup),
            cooldown_minutes=terms.cooldown_minutes,
            max_daily_stamps=terms.max_daily_stamps,
        )

    def rewards(self, setup: Setup) -> list[RewardView]:
        return [
            RewardView(
                id=reward.id,
                name=self._text(reward.name, setup),
                description=self._text(reward.description, setup),
                points_required=reward.points_required,
                stock=reward.stock,
                limit_per_card=reward.limit_per_card,
            )
            for reward in setup.rewards
        ]

    def reward_name(self, state: CardState, reward_id: UUID | None) -> str | None:
        """None for an unknown reward; the stamp card's own reward for none at all."""
        if reward_id is None:
            return self._text(state.terms.stamp_reward, state.setup)
        texts = next((reward.name for reward in state.setup.rewards if reward.id == reward_id), None)
        return self._text(texts, state.setup) if texts else None

    def text(self, texts: dict[str, str] | None, setup: Setup) -> str:
        return self._text(texts, setup)

    def _text(self, texts: dict[str, str] | None, setup: Setup) -> str:
        default = setup.program.default_language if setup.program else setup.merchant.language
        return in_language(texts, self.language, default)

    def _card_reward(self, reward: RewardState, state: CardState, balance: int) -> CardReward:
        needed = max(reward.points_required, state.terms.minimum_redemption_points)
        refusal = reward_refusal(reward, state, self.now)
        return CardReward(
            id=reward.id,
            name=self._text(reward.name, state.setup),
            description=self._text(reward.description, state.setup),
            points_required=reward.points_required,
            stock=reward.stock,
            limit_per_card=reward.limit_per_card,
            redeemable=refusal is None
            and balance >= needed
            and state.card.state == "active"
            and state.card.frozen_at is None,
            # What is owed is paid first.
            missing_points=needed - balance + state.card.debt_points if balance < needed else 0,
            refusal=refusal,
        )


def works_at(state: CardState) -> list[StoreRef]:
    return [_store(store) for store in stores_of(state)]


def customer_view(customer: CustomerState) -> CustomerView:
    return CustomerView(
        id=customer.id,
        name=customer.name,
        first_name=customer.first_name,
        last_name=customer.last_name,
        email=customer.email,
        phone=customer.phone,
        birth_date=customer.birth_date,
        language=customer.language,
    )


def _store(store: StoreState) -> StoreRef:
    return StoreRef(id=store.id, code=store.code, name=store.name)

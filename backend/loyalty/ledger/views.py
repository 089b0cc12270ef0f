"""A card's state as the API shows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from backend.core.origin import Origin
from backend.loyalty.cards.card_urls import Addresses
from backend.loyalty.cards.schemas import CardView, HoldView, MergedCard, NextExpiry
from backend.loyalty.cards.wallets import wallets_view
from backend.loyalty.ledger.booking.card import CustomerState, HoldState
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.rows import TransactionRow
from backend.loyalty.ledger.booking.setup import RewardState, Setup
from backend.loyalty.ledger.booking.state import CardState, MergeState
from backend.loyalty.ledger.customer_views import customer_view, masked_view
from backend.loyalty.ledger.offers import reward_refusal, stores_of
from backend.loyalty.ledger.problems.cards import CardNotFound
from backend.loyalty.ledger.rules.holds import held, is_open, is_promise
from backend.loyalty.ledger.rules.lots import left_in, live_lots, next_expiry
from backend.loyalty.ledger.rules.stamps import next_stamp_at, stamps_left_today
from backend.loyalty.ledger.rules.undo import undo_until
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.ledger.setup_views import store_view, text_of
from backend.loyalty.ledger.transaction_view import LineNames, LineState, transaction_view
from backend.loyalty.rewards.schemas import CardReward
from backend.merchants.schemas import StoreRef
from backend.wallets.schemas import Wallets


@dataclass(frozen=True, slots=True)
class Show:
    """Views of cards for one reader at one moment."""

    links: Addresses
    language: str
    now: datetime
    masks: bool = False
    """The reader is a tablet: names are shortened, addresses hidden."""
    hides_links: bool = False
    """The reader is a kiosk: the address of a card's page is the right to it."""

    @classmethod
    def to(cls, links: Addresses, origin: Origin) -> Self:
        """For what made the request."""
        is_device = origin.device_id is not None
        return cls(links, origin.language, origin.now, masks=is_device, hides_links=origin.is_kiosk)

    def card(self, state: CardState) -> CardView:
        """Raises CardNotFound for an erased card: nobody is left to show."""
        if state.customer is None:
            raise CardNotFound
        card, terms, zone = state.card, state.terms, state.setup.store.zone
        balances = CardBalances.of(state, self.now)
        return CardView(
            id=card.id,
            code=card.code,
            state=card.state,
            customer=masked_view(state.customer) if self.masks else customer_view(state.customer),
            program_type=state.program.type,
            card_name=state.program.card_name,
            card_color=state.program.card_color,
            enrolled_store=store_view(state.enrolled_store),
            enrolled_at=card.enrolled_at,
            last_activity_at=card.last_activity_at,
            points_balance=balances.points,
            debt_points=card.debt_points,
            stamp_count=balances.stamps,
            stamps_target=terms.stamps_target,
            held_points=balances.held_points,
            held_stamps=balances.held_stamps,
            holds=[self.hold(hold, state) for hold in state.holds if is_promise(hold, self.now)],
            stamp_reward=self.text(terms.stamp_reward, state.setup),
            reward_ready=state.program.has_stamps and balances.stamps - balances.held_stamps >= terms.stamps_target,
            rewards=[self._card_reward(reward, state, balances.available_points) for reward in state.setup.rewards],
            next_stamp_available_at=next_stamp_at(state.stamped_at, terms, self.now, zone),
            remaining_stamps_today=stamps_left_today(state.stamped_at, terms, self.now, zone),
            next_expiry=balances.next_expiry,
            wallets=Wallets() if self.hides_links else self._wallets(state),
            page_url=None if self.hides_links else self.links.url(card.merchant_id, card.id, card.page_version),
            works_at=works_at(state),
            merged_into_id=card.merged_into_id,
            merged_into_code=state.goes_on_as.code if state.goes_on_as else None,
            merged_cards=[_merged_card(merge) for merge in state.merges],
        )

    def hold(self, hold: HoldState, state: CardState) -> HoldView:
        is_over = hold.state == "reserved" and not is_open(hold, self.now)
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

    def line(self, row: TransactionRow, draft: BookingDraft, *, reward: str | None = None) -> TransactionView:
        """A line just booked, shown to the person who booked it. `reward`: the name of what was handed over."""
        origin, state = draft.origin, draft.state
        names = LineNames(
            store=state.setup.store.code if row.store_id else None,
            user=origin.user_name if origin.user_id or origin.api_key_id else None,
            on_behalf=origin.on_behalf_name,
            customer=self._name(state.customer) if state.customer else None,
            reward=reward,
        )
        until = undo_until(row.kind, row.recorded_at)
        return transaction_view(row, names, LineState(row.override_user_id is not None, until))

    def _name(self, customer: CustomerState) -> str:
        return masked_view(customer).name if self.masks else customer.name

    def _wallets(self, state: CardState) -> Wallets:
        card = state.card
        return wallets_view(
            self.links,
            merchant_id=card.merchant_id,
            card_id=card.id,
            page_version=card.page_version,
            is_active=card.state == "active",
            passes=state.passes,
        )

    def reward_name(self, state: CardState, reward_id: UUID | None) -> str | None:
        """None for one that is neither offered nor held; the stamp card's own reward for none at all."""
        if reward_id is None:
            return self.text(state.terms.stamp_reward, state.setup)
        offered = (reward.name for reward in state.setup.rewards if reward.id == reward_id)
        texts = next(offered, None) or state.held_rewards.get(reward_id)
        return self.text(texts, state.setup) if texts else None

    def text(self, texts: dict[str, str] | None, setup: Setup) -> str:
        return text_of(texts, setup, self.language)

    def _card_reward(self, reward: RewardState, state: CardState, balance: int) -> CardReward:
        needed = max(reward.points_required, state.terms.minimum_redemption_points)
        refusal = reward_refusal(reward, state, self.now)
        return CardReward(
            id=reward.id,
            name=self.text(reward.name, state.setup),
            description=self.text(reward.description, state.setup),
            points_required=reward.points_required,
            stock=reward.stock,
            limit_per_card=reward.limit_per_card,
            picture=reward.picture,
            redeemable=refusal is None
            and balance >= needed
            and state.card.state == "active"
            and state.card.frozen_at is None,
            # What is owed is paid first.
            missing_points=needed - balance + state.card.debt_points if balance < needed else 0,
            refusal=refusal,
        )


@dataclass(frozen=True, slots=True)
class CardBalances:
    """What has not expired, whether or not the expiry is booked yet."""

    points: int
    stamps: int
    held_points: int
    held_stamps: int
    next_expiry: NextExpiry | None

    @classmethod
    def of(cls, state: CardState, now: datetime) -> Self:
        moment = state.moment(now)
        points, stamps = (live_lots(state.lots, unit, moment) for unit in ("points", "stamps"))
        held_points, held_stamps = (held(state.holds, unit, now) for unit in ("points", "stamps"))
        expiry = next_expiry(points, moment)
        next_points = NextExpiry(*expiry) if expiry else None
        return cls(left_in(points), left_in(stamps), held_points, held_stamps, next_points)

    @property
    def available_points(self) -> int:
        return max(0, self.points - self.held_points)


def works_at(state: CardState) -> list[StoreRef]:
    return [store_view(store) for store in stores_of(state)]


def _merged_card(merge: MergeState) -> MergedCard:
    return MergedCard(merge.id, merge.card_id, merge.code, merge.merged_at, merge.reversible_until)

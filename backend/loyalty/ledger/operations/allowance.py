"""Redeem while offline: a tablet has points or stamps held beforehand, and books later what it redeemed from them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from uuid import UUID

import asyncpg

from backend.core.ids import new_id
from backend.loyalty.ledger.allowances import find_allowance
from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.card import HoldState
from backend.loyalty.ledger.booking.decided import Decided
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.operation import Operation
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.offers import RewardPrice, decide_price
from backend.loyalty.ledger.operations.redeem import RedeemReward, redeem
from backend.loyalty.ledger.problems.allowances import AllowanceExceeded, AllowanceLimitReached, AllowanceMissing
from backend.loyalty.ledger.problems.bookings import InsufficientPoints, InsufficientStamps, UnitNotOffered
from backend.loyalty.ledger.problems.cards import CardIsFrozen
from backend.loyalty.ledger.rules.holds import is_open, is_within
from backend.loyalty.ledger.schemas.allowances import AllowanceRequest, AllowanceView
from backend.loyalty.ledger.views import Show


@dataclass(frozen=True, slots=True)
class HoldAllowance(Operation):
    """The customer has not asked for it: it does not count as activity."""

    kind = "allowance"
    body: AllowanceRequest
    maximum: int
    """Points or stamps that may be held on one card for the tablet."""
    expires_at: datetime

    def check(self, state: CardState) -> None:
        checks.check_card(state)
        if state.card.frozen_at is not None:
            raise CardIsFrozen
        if not (state.program.has_stamps if self.body.unit == "stamps" else state.program.has_points):
            raise UnitNotOffered

    def decide(self, draft: BookingDraft) -> Decided:
        unit, available = self.body.unit, draft.lots.available(self.body.unit)
        allowed = self.maximum - _held_for(draft, unit)
        if allowed <= 0:
            raise AllowanceLimitReached(maximum=self.maximum)
        if available == 0:
            raise _insufficient(self.body, draft)
        hold = _new_allowance(draft, unit, min(self.body.amount, allowed, available), self.expires_at)
        draft.hold(hold)
        return Decided(hold=hold)

    def answer(self, decided: Decided, draft: BookingDraft, show: Show) -> AllowanceView:
        hold = decided.hold
        assert hold is not None, "one was made"
        return AllowanceView(
            hold.id, hold.card_id, self.body.unit, hold.amount, hold.expires_at, show.card(draft.state)
        )


@dataclass(frozen=True, slots=True)
class RedeemAllowance(RedeemReward):
    """What a tablet has handed over while it was offline: never more than was held for it.

    What has ended since holds nothing any more, and pays only if the points are still there.
    """

    allowance_id: UUID | None = None
    is_decided: bool = False
    """A person has looked at it: without an allowance it is a redemption like any other."""
    found: HoldState | None = None

    async def read(self, pool: asyncpg.Pool, state: CardState) -> Self:
        known = next((hold for hold in state.holds if hold.id == self.allowance_id), None)
        if known is None and self.allowance_id is not None:
            known = await find_allowance(pool, state.card.merchant_id, self.allowance_id)
        return replace(self, found=known)

    def decide(self, draft: BookingDraft) -> Decided:
        draft.occurred_at = self.occurred_at or draft.now
        allowance = self._find(draft)
        if allowance is None:
            if self.is_decided:
                return RedeemReward.decide(self, draft)
            raise AllowanceMissing
        price = self._price(allowance, draft)
        if price is None:
            return RedeemReward.decide(self, draft)
        draft.use_allowance(allowance, price.amount)
        body = self.body
        row = redeem(draft, price, notes=body.notes, order_reference=body.order_reference, hold_id=allowance.id)
        if price.reward_id:
            draft.take_reward(price.reward_id, -price.quantity)
        return Decided((row,))

    def _find(self, draft: BookingDraft) -> HoldState | None:
        """The tablet's own, on this card. A person's decision may be about a card that was merged since."""
        allowance, device_id = self.found, draft.origin.device_id
        if allowance is None or not allowance.is_allowance:
            return None
        is_own = (allowance.device_id, allowance.card_id, allowance.unit) == (device_id, draft.card.id, self.body.unit)
        return allowance if is_own else None

    def _price(self, allowance: HoldState, draft: BookingDraft) -> RewardPrice | None:
        """What the allowance pays; None where it does not and a person has decided. Raises AllowanceExceeded."""
        left = allowance.left
        # While the price is decided, the allowance keeps nothing from itself.
        allowance.used_amount = allowance.amount
        price = decide_price(self.body, draft)
        allowance.used_amount -= left
        is_good = price.amount <= left and (self.is_decided or is_within(allowance, draft.occurred_at))
        if not is_good and not self.is_decided:
            raise AllowanceExceeded(left=left)
        return price if is_good else None


def _held_for(draft: BookingDraft, unit: str) -> int:
    """For the tablet of the request, by all its open allowances on this card."""
    own = [hold for hold in draft.state.holds if hold.is_allowance and hold.device_id == draft.origin.device_id]
    return sum(hold.left for hold in own if hold.unit == unit and is_open(hold, draft.now))


def _insufficient(body: AllowanceRequest, draft: BookingDraft) -> InsufficientPoints | InsufficientStamps:
    if body.unit == "stamps":
        return InsufficientStamps(needed=body.amount, count=0, missing=body.amount)
    return InsufficientPoints(needed=body.amount, balance=0, missing=body.amount + draft.card.debt_points)


def _new_allowance(draft: BookingDraft, unit: str, amount: int, expires_at: datetime) -> HoldState:
    origin = draft.origin
    return HoldState(
        merchant_id=draft.card.merchant_id,
        id=new_id(),
        card_id=draft.card.id,
        store_id=draft.state.setup.store.id,
        user_id=origin.user_id,
        device_id=origin.device_id,
        reward_id=None,
        unit=unit,
        amount=amount,
        quantity=1,
        state="reserved",
        reserved_at=draft.now,
        expires_at=expires_at,
        settled_at=None,
        is_allowance=True,
    )

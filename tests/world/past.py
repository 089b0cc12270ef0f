"""A random past: everything that can happen to a few cards, over months, under terms that change."""

import random
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend.core.clock import clock
from backend.core.idempotency import Key, Reply
from backend.core.origin import Origin
from backend.core.problems import Problem
from backend.loyalty.ledger.booking.operation import JointOperation, Operation
from backend.loyalty.ledger.booking.request import BookingRequest
from backend.loyalty.ledger.operations.adjust import AdjustPoints
from backend.loyalty.ledger.operations.change_state import DeactivateCard, ReactivateCard
from backend.loyalty.ledger.operations.earn import EarnPoints
from backend.loyalty.ledger.operations.hold import ConfirmHold, HoldReward, ReleaseHold
from backend.loyalty.ledger.operations.merge import MergeCards
from backend.loyalty.ledger.operations.redeem import RedeemReward
from backend.loyalty.ledger.operations.restore import RestorePoints
from backend.loyalty.ledger.operations.stamp import AddStamp
from backend.loyalty.ledger.operations.unmerge import ReverseMerge, get_merge
from backend.loyalty.ledger.operations.void import VoidTransaction
from backend.loyalty.ledger.schemas.bookings import Adjustment, Earn, Redemption, Restoration, Stamp
from backend.loyalty.ledger.schemas.cards import Standing
from backend.loyalty.ledger.schemas.holds import Confirmation, Reservation
from backend.loyalty.ledger.schemas.merges import Merge, MergeReversal
from backend.loyalty.ledger.schemas.returns import Void
from backend.loyalty.ledger.tasks.expire import PointsExpiry
from backend.loyalty.previews.card_replay import CardReplay
from backend.loyalty.previews.history import read_groups
from backend.loyalty.previews.replay import replay
from backend.loyalty.previews.setup_history import Conditions, SetupHistory, read_setup_history
from backend.operations.task_runs.actions import Progress
from tests.world.caller import new_key
from tests.world.shop import Shop

REWARD = 20
EXPIRIES: list[dict[str, Any]] = [
    {"expiry_kind": "none"},
    {"expiry_kind": "rolling", "expiry_days": 20},
    {"expiry_kind": "inactivity", "expiry_days": 15},
    {"expiry_kind": "end_of_period", "expiry_period": "month"},
]
STEPS = {
    "earn": 16,
    "earn_late": 5,
    "stamp": 4,
    "redeem": 5,
    "redeem_stamps": 3,
    "void": 5,
    "return_a_part": 5,
    "undo_return": 4,
    "adjust": 3,
    "reserve": 6,
    "confirm": 3,
    "release": 2,
    "restore": 3,
    "publish": 3,
    "let_time_pass": 5,
    "expire": 2,
    "change_standing": 1,
    "merge": 1,
    "unmerge": 1,
}


@dataclass
class RandomPast:
    """Refusals are part of it: they leave nothing behind."""

    shop: Shop
    dice: random.Random
    terms_change: bool = True
    cards: list[UUID] = field(default_factory=list)
    bookings: list[UUID] = field(default_factory=list)
    """Sales, stamps and redemptions."""
    returns: list[UUID] = field(default_factory=list)
    holds: list[tuple[UUID, UUID]] = field(default_factory=list)
    """Card and hold."""
    merges: list[tuple[UUID, UUID, UUID]] = field(default_factory=list)
    """Merge, kept card, merged card."""

    async def happen(self, steps: int) -> None:
        await self.take(self.dice.choices(list(STEPS), list(STEPS.values()), k=steps))

    async def take(self, steps: Iterable[str]) -> None:
        self.cards = [UUID((await self.shop.a_card())["id"]) for _ in range(3)]
        for step in steps:
            clock.move(timedelta(seconds=self.dice.randint(1, 7200)))
            await getattr(self, f"_{step}")(self.dice.choice(self.cards))

    async def _earn(self, card_id: UUID) -> None:
        cents = self.dice.choice([self.dice.randint(1, 300), self.dice.randint(1, 60) * 100])
        await self._book(EarnPoints(Earn(purchase_amount_cents=cents)), card_id=card_id)

    async def _earn_late(self, card_id: UUID) -> None:
        sold_at = clock.now() - timedelta(hours=self.dice.randint(1, 71))
        sale = Earn(purchase_amount_cents=self.dice.randint(1, 3000), occurred_at=sold_at)
        await self._book(EarnPoints(sale), card_id=card_id)

    async def _stamp(self, card_id: UUID) -> None:
        late = timedelta(hours=self.dice.choice([0, 0, 5, 60]))
        await self._book(AddStamp(Stamp(occurred_at=clock.now() - late)), card_id=card_id)

    async def _redeem(self, card_id: UUID) -> None:
        wanted = Redemption(reward_id=UUID(self.shop.rewards[REWARD]), quantity=self.dice.randint(1, 2))
        await self._book(RedeemReward(wanted), card_id=card_id)

    async def _redeem_stamps(self, card_id: UUID) -> None:
        await self._book(RedeemReward(Redemption(unit="stamps")), card_id=card_id)

    async def _void(self, _: UUID) -> None:
        await self._take_back(Void())

    async def _return_a_part(self, _: UUID) -> None:
        parts = [Void(amount_cents=self.dice.randint(1, 3000)), Void(quantity=1)]
        await self._take_back(self.dice.choice(parts))

    async def _take_back(self, part: Void) -> None:
        if self.bookings:
            await self._book(VoidTransaction(part), transaction_id=self.dice.choice(self.bookings))

    async def _undo_return(self, _: UUID) -> None:
        if self.returns:
            await self._book(VoidTransaction(Void()), transaction_id=self.dice.choice(self.returns))

    async def _adjust(self, card_id: UUID) -> None:
        points = self.dice.choice([-30, -5, 5, 30])
        await self._book(AdjustPoints(Adjustment(points, "Goodwill")), card_id=card_id)

    async def _reserve(self, card_id: UUID) -> None:
        units = [Reservation(reward_id=UUID(self.shop.rewards[REWARD]), quantity=2), Reservation(unit="stamps")]
        answer = await self._book(HoldReward(self.dice.choice(units)), card_id=card_id)
        if answer:
            self.holds.append((card_id, UUID(answer["hold"]["id"])))
            clock.move(timedelta(seconds=self.dice.randint(1, 900)))
            settle = self.dice.choice([self._confirm, self._release, self._earn])
            await settle(card_id)

    async def _confirm(self, _: UUID) -> None:
        if self.holds:
            card_id, hold_id = self.holds[-1]
            confirmed = ConfirmHold(hold_id, Confirmation(quantity=self.dice.choice([None, 1])))
            await self._book(confirmed, card_id=card_id)

    async def _release(self, _: UUID) -> None:
        if self.holds:
            card_id, hold_id = self.holds[-1]
            await self._book(ReleaseHold(hold_id), card_id=card_id)

    async def _restore(self, card_id: UUID) -> None:
        restoration = Restoration(self.dice.randint(1, 20), "In hospital")
        await self._book(RestorePoints(restoration), card_id=card_id)

    async def _publish(self, _: UUID) -> None:
        if not self.terms_change:
            return
        await self.shop.publish(
            points_numerator=self.dice.choice([1, 3]),
            points_denominator=self.dice.choice([1, 2, 7]),
            minimum_purchase_cents=self.dice.choice([0, 0, 200]),
            minimum_redemption_points=self.dice.choice([0, 50]),
            stamps_target=self.dice.choice([2, 3]),
            cooldown_minutes=self.dice.choice([0, 15]),
            return_policy=self.dice.choice(["debt", "within_balance"]),
            **self.dice.choice(EXPIRIES),
        )

    async def _let_time_pass(self, _: UUID) -> None:
        clock.move(timedelta(days=self.dice.randint(1, 12)))

    async def _expire(self, _: UUID) -> None:
        """As the nightly task does."""
        await PointsExpiry(self.shop.services.ledger, clock.now(), Progress()).run([self.shop.merchant_id])

    async def _change_standing(self, card_id: UUID) -> None:
        await self._book(DeactivateCard(Standing("Stolen")), card_id=card_id)
        clock.move(timedelta(days=self.dice.randint(0, 9)))
        await self._book(ReactivateCard(Standing("Found")), card_id=card_id)

    async def _merge(self, kept_id: UUID) -> None:
        await self.merge(kept_id, self.dice.choice(self.cards))

    async def merge(self, kept_id: UUID, merged_id: UUID) -> None:
        answer = await self._book_both(MergeCards(Merge(merged_id, "Twice")), kept_id, merged_id)
        if answer:
            self.merges.append((UUID(answer["merge_id"]), kept_id, merged_id))

    async def _unmerge(self, _: UUID) -> None:
        if self.merges:
            merge_id, kept_id, merged_id = self.dice.choice(self.merges)
            facts = await get_merge(self.shop.services.pool, self.shop.merchant_id, merge_id)
            await self._book_both(ReverseMerge(MergeReversal("Two"), facts), kept_id, merged_id)

    async def _book(self, operation: Operation, **where: Any) -> dict[str, Any] | None:
        request = BookingRequest(self._origin(), Key(new_key(), "00"), **where)
        answer = await _answer(self.shop.services.ledger.book(operation, request))
        line = (answer or {}).get("transaction")
        if line and line["kind"] in {"earned", "redeemed"}:
            self.bookings.append(UUID(line["id"]))
        voided = [other for other in (answer or {}).get("transactions", []) if other["kind"] == "voided"]
        self.returns += [UUID(other["id"]) for other in voided]
        return answer

    async def _book_both(self, operation: JointOperation, kept_id: UUID, merged_id: UUID) -> dict[str, Any] | None:
        request = BookingRequest(self._origin(), Key(new_key(), "00"), card_id=kept_id, other_card_id=merged_id)
        return await _answer(self.shop.services.ledger.book_together(operation, request))

    def _origin(self) -> Origin:
        return self.shop.origin(self.dice.choice([self.shop.hub, self.shop.outlet]), clock.now())


async def _answer(booking: Awaitable[Reply]) -> dict[str, Any] | None:
    """None for a refusal."""
    try:
        reply = await booking
    except Problem:
        return None
    return msgspec.json.decode(reply.body) if reply.status < 400 else None


async def past_of(shop: Shop) -> SetupHistory:
    async with shop.services.sessions.committing(shop.merchant_id) as session:
        past = await read_setup_history(session, shop.merchant_id, clock.now())
    assert past is not None
    return past


async def replayed(shop: Shop) -> list[CardReplay]:
    past = await past_of(shop)
    conditions = Conditions(past.program, past.versions)
    return [
        card
        async for groups in read_groups(shop.services.sessions, shop.merchant_id)
        for group in groups
        for card in replay(group, past, conditions)
    ]

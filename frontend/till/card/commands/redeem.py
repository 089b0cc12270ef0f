"""Redeem a reward for points, or the full stamp card."""

from abc import abstractmethod
from dataclasses import dataclass
from uuid import UUID

from backend.loyalty.ledger.schemas.bookings import Redemption, RedemptionView
from backend.loyalty.till.schemas import TillView
from frontend.api.ledger import redeem_reward
from frontend.till.card.accidental_input import ask_about_repeat
from frontend.till.card.command import Command
from frontend.till.toasts import Done


@dataclass(frozen=True, slots=True)
class HandOverCommand(Command):
    """A reward is handed over."""

    async def book(self) -> Done:
        answer = await self.redeem()
        redeemed = answer.transaction
        reward = self.messages.pieces(redeemed.reward or answer.card.stamp_reward, redeemed.quantity)
        return self.done(redeemed, answer.card, hand_over=reward)

    @abstractmethod
    async def redeem(self) -> RedemptionView:
        """Raises as `book` does."""


@dataclass(frozen=True, slots=True)
class RedeemRewardCommand(HandOverCommand):
    reward_id: UUID

    def ask(self) -> None:
        ask_about_repeat(self)

    async def redeem(self) -> RedemptionView:
        body = await self.body(Redemption, reward_id=str(self.reward_id))
        return await redeem_reward(self.caller, self.card_id, body, key=self.key)

    def describe(self, view: TillView) -> str:
        rewards = view.card.rewards if view.card else []
        return next((reward.name for reward in rewards if reward.id == self.reward_id), "")


@dataclass(frozen=True, slots=True)
class RedeemStampsCommand(HandOverCommand):
    def ask(self) -> None:
        ask_about_repeat(self)

    async def redeem(self) -> RedemptionView:
        body = await self.body(Redemption, unit="stamps")
        return await redeem_reward(self.caller, self.card_id, body, key=self.key)

    def describe(self, view: TillView) -> str:
        return (view.card and view.card.stamp_reward) or ""

"""The holder of a card at the moment of an occasion, and the values that every email about the card can have."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.cards.recipient import CardRecipient, find_recipient
from backend.loyalty.cards.schemas import CardView
from backend.loyalty.ledger.booking.state import CardState, decode_state
from backend.loyalty.ledger.views import Show
from backend.loyalty.rewards.schemas import CardReward
from backend.messaging.templates.facts import BalanceFacts, RewardFacts


@dataclass(frozen=True, slots=True)
class CardHolder:
    to: CardRecipient
    state: CardState
    view: CardView
    now: datetime

    @property
    def facts(self) -> dict[str, Any]:
        """The fields of `LoyaltyValues`."""
        return {
            "merchant": self.to.merchant,
            "customer": self.to.person,
            "card": self.to.facts,
            "wallet": self.to.wallet,
            "balance": BalanceFacts(self.view.points_balance),
            "reward": reward_facts(self.view.rewards),
        }


async def find_holder(
    session: AsyncSession, merchant_id: UUID, card_id: UUID, links: CardLinks, now: datetime
) -> CardHolder | None:
    """None for a card that is not active: erased, deactivated or merged into another one."""
    to = await find_recipient(session, merchant_id, card_id, links)
    if to is None or to.card.state != "active":
        return None
    document_of = func.card_state(merchant_id, None, card_id, None, None, None, now)
    document = await session.scalar(select(cast(document_of, Text)))
    assert document is not None, "the card was just found"
    state = decode_state(document)
    return CardHolder(to, state, Show(links.references, to.language, now).card(state), now)


def reward_facts(rewards: list[CardReward]) -> RewardFacts:
    """The most valuable reward that the card can have now, and the nearest of those that it cannot."""
    ready = max((reward for reward in rewards if reward.redeemable), key=_price, default=None)
    unreached = (reward for reward in rewards if reward.missing_points > 0 and not reward.refusal)
    ahead = min(unreached, key=_price, default=None)
    return RewardFacts(
        ready=ready.name if ready else None,
        next=ahead.name if ahead else None,
        missing=ahead.missing_points if ahead else None,
    )


def _price(reward: CardReward) -> int:
    return reward.points_required

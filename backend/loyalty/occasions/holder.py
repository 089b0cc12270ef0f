"""The holder of a card at the moment of an occasion, and the values that every email about the card can have."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.cards.models import Card
from backend.loyalty.cards.recipient import CardRecipient, list_recipients
from backend.loyalty.cards.schemas import CardView
from backend.loyalty.ledger.booking.state import CardState, decode_state
from backend.loyalty.ledger.views import Show
from backend.loyalty.rewards.schemas import CardReward
from backend.messaging.templates.facts import BalanceFacts, RewardFacts


@dataclass(frozen=True)
class CardHolder:
    """`state` and `view` are made when they are asked for: among many holders, one that cannot be read fails alone."""

    to: CardRecipient
    document: str
    """What `card_state` returns."""
    links: CardLinks
    now: datetime

    @cached_property
    def state(self) -> CardState:
        return decode_state(self.document)

    @cached_property
    def view(self) -> CardView:
        return Show(self.links.references, self.to.language, self.now).card(self.state)

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
    return (await list_holders(session, merchant_id, [card_id], links, now)).get(card_id)


async def list_holders(
    session: AsyncSession, merchant_id: UUID, card_ids: Sequence[UUID], links: CardLinks, now: datetime
) -> dict[UUID, CardHolder]:
    """By card, without those that are not active. Two statements, however many cards."""
    recipients = await list_recipients(session, merchant_id, card_ids, links)
    active = [card_id for card_id, to in recipients.items() if to.card.state == "active"]
    if not active:
        return {}
    document = cast(func.card_state(merchant_id, None, Card.id, None, None, None, now), Text)
    read = select(Card.id, document).where(Card.merchant_id == merchant_id, Card.id.in_(active))
    rows = (await session.execute(read)).tuples()
    return {card_id: CardHolder(recipients[card_id], state, links, now) for card_id, state in rows}


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

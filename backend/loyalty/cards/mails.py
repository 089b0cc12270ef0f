"""The addresses in an email about a card, which may not be kept."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.cards.models import Card
from backend.messaging.models import EmailLog


async def card_addresses(session: AsyncSession, links: CardLinks, mail: EmailLog) -> Mapping[str, str]:
    """What stands in the stored email for the card's addresses, and those that open page and passes at this moment."""
    version = await session.scalar(
        select(Card.page_version).where(Card.merchant_id == mail.merchant_id, Card.id == mail.card_id)
    )
    if version is None or mail.card_id is None:
        return {}
    where = mail.merchant_id, mail.card_id, version
    return {
        links.hidden_pass_url: links.pass_url(*where),
        links.hidden_save_url: links.save_url(*where),
        links.hidden_url: links.url(*where),
    }

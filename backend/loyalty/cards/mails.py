"""What a mail says of a card and may not be kept: the address of its page."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.cards.models import Card
from backend.messaging.models import EmailLog


async def card_addresses(session: AsyncSession, links: CardLinks, mail: EmailLog) -> Mapping[str, str]:
    """What stands in the stored mail for the card's page, and the address that opens the page at this moment."""
    version = await session.scalar(
        select(Card.page_version).where(Card.merchant_id == mail.merchant_id, Card.id == mail.card_id)
    )
    if version is None or mail.card_id is None:
        return {}
    return {links.hidden_url: links.url(mail.merchant_id, mail.card_id, version)}

"""The addresses in an email about a card, which may not be kept."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.cards.models import Card
from backend.messaging.models import EmailLog


async def with_addresses(session: AsyncSession, links: CardLinks, mail: EmailLog) -> str:
    """The text as its recipient reads it, with the addresses that open page and passes at this moment."""
    version = await session.scalar(
        select(Card.page_version).where(Card.merchant_id == mail.merchant_id, Card.id == mail.card_id)
    )
    if version is None or mail.card_id is None:
        return mail.body_text
    where = mail.merchant_id, mail.card_id, version
    return (
        mail.body_text.replace(links.hidden_pass_url, links.pass_url(*where))
        .replace(links.hidden_save_url, links.save_url(*where))
        .replace(links.hidden_url, links.url(*where))
    )

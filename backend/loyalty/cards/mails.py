"""The addresses in an email about a card, which may not be kept."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.cards.models import Card
from backend.loyalty.marketing.unsubscribe_links import UnsubscribeLinks
from backend.messaging.models import EmailLog


async def card_addresses(
    session: AsyncSession, links: CardLinks, unsubscribe_links: UnsubscribeLinks, mail: EmailLog
) -> Mapping[str, str]:
    """What stands in the stored mail for each address, and the address that is valid at this moment."""
    query = select(Card.page_version, Card.customer_id)
    row = (
        await session.execute(query.where(Card.merchant_id == mail.merchant_id, Card.id == mail.card_id))
    ).one_or_none()
    if row is None or mail.card_id is None or row.customer_id is None:
        return {}
    where = mail.merchant_id, mail.card_id, row.page_version
    return {
        links.hidden_pass_url: links.pass_url(*where),
        links.hidden_save_url: links.save_url(*where),
        links.hidden_url: links.url(*where),
        unsubscribe_links.hidden_url: unsubscribe_links.url(mail.merchant_id, row.customer_id),
    }

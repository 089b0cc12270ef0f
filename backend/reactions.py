"""When this has happened, do that. The whole list is at the end."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.models import Event
from backend.core.outbox import Reaction, Reactions
from backend.loyalty.cards import code as card_code
from backend.loyalty.cards.links import CardLinks
from backend.loyalty.cards.models import Card
from backend.loyalty.customers.models import Customer
from backend.merchants.models import Merchant
from backend.messaging.actions import queue_mail
from backend.messaging.templates import CARD_LINK, ENROLLMENT


def reactions(links: CardLinks) -> Reactions:
    """By event name. Names of reactions are kept in the outbox: renaming one runs it again."""

    def mail(template: str) -> Reaction:
        async def mail_card(session: AsyncSession, event: Event) -> None:
            await _mail_card(session, event, template, links)

        mail_card.__name__ = f"mail_{template}"
        return mail_card

    return {
        "card_enrolled": [mail(ENROLLMENT)],
        "card_link_requested": [mail(CARD_LINK)],
    }


async def _mail_card(session: AsyncSession, event: Event, template: str, links: CardLinks) -> None:
    """To the holder. A card erased meanwhile gets none."""
    found = (
        await session.execute(
            select(Card, Customer, Merchant.name)
            .join(Customer, (Customer.merchant_id == Card.merchant_id) & (Customer.id == Card.customer_id))
            .join(Merchant, Merchant.id == Card.merchant_id)
            .where(Card.merchant_id == event.merchant_id, Card.id == UUID(event.data["card_id"]))
        )
    ).one_or_none()
    if found is None:
        return
    card, customer, merchant = found
    queue_mail(
        session,
        event.merchant_id,
        template,
        recipient=customer.email,
        language=customer.language,
        now=clock.now(),
        merchant=merchant,
        name=customer.first_name or customer.email.partition("@")[0],
        code=card_code.show(card.code),
        page_url=links.url(card.merchant_id, card.id, card.page_version),
    )

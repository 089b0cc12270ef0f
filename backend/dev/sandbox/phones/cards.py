"""The newest cards of each merchant, for the developer to choose whose phones to show."""

from uuid import UUID

from sqlalchemy import select

from backend.core.database import Sessions
from backend.dev.sandbox.schemas import SandboxCard
from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.cards.models import Card
from backend.loyalty.customers.models import Customer
from backend.merchants.models import Merchant

PER_MERCHANT = 6


async def list_cards(sessions: Sessions, links: CardLinks) -> list[SandboxCard]:
    async with sessions.committing() as session:
        merchants = (await session.execute(select(Merchant.id, Merchant.name).order_by(Merchant.name))).tuples().all()
    return [card for row in merchants for card in await _cards_of(sessions, links, *row)]


async def _cards_of(sessions: Sessions, links: CardLinks, merchant_id: UUID, merchant: str) -> list[SandboxCard]:
    newest = (
        select(Card, Customer)
        .join(Customer, (Customer.merchant_id == Card.merchant_id) & (Customer.id == Card.customer_id))
        .where(Card.merchant_id == merchant_id, Card.state == "active")
        .order_by(Card.id.desc())
        .limit(PER_MERCHANT)
    )
    async with sessions.committing(merchant_id) as session:
        rows = (await session.execute(newest)).tuples().all()
    return [
        SandboxCard(
            card.id, links.url(merchant_id, card.id, card.page_version).rsplit("/", 1)[1], _name(customer), merchant
        )
        for card, customer in rows
    ]


def _name(customer: Customer) -> str:
    return " ".join(filter(None, (customer.first_name, customer.last_name))) or customer.email.partition("@")[0]

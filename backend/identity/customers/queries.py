"""What a signed-in customer sees."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select

from backend.core.database import Sessions
from backend.identity.customers.guards import SignedInCustomer
from backend.identity.customers.problems import CustomerErased
from backend.identity.customers.schemas import OwnAccount
from backend.loyalty.cards.models import Card
from backend.loyalty.customers.models import Customer
from backend.loyalty.enrollment.queries import page_of_card
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.marketing.unsubscribe_links import UnsubscribeLinks
from backend.merchants.models import Merchant


async def show_account(
    sessions: Sessions,
    ledger: Ledger,
    unsubscribe_links: UnsubscribeLinks,
    me: SignedInCustomer,
    *,
    language: str,
    now: datetime,
) -> OwnAccount:
    """Raises CustomerErased."""
    async with sessions.committing(me.merchant_id) as session:
        found = await session.execute(
            select(Customer.email, Customer.language, Merchant.name)
            .join(Merchant, Merchant.id == Customer.merchant_id)
            .where(Customer.merchant_id == me.merchant_id, Customer.id == me.customer_id)
        )
        row = found.one_or_none()
        if row is None:
            raise CustomerErased
        card_ids = list((await session.scalars(_cards_in_use(me.merchant_id, me.customer_id))).unique())
    pages = [
        await page_of_card(ledger, unsubscribe_links, me.merchant_id, card_id, language=language, now=now)
        for card_id in card_ids
    ]
    cards = [page for page in pages if page is not None]
    if not cards:
        raise CustomerErased
    return OwnAccount(merchant_name=row.name, email=row.email, language=row.language, cards=cards)


def _cards_in_use(merchant_id: UUID, customer_id: UUID) -> Select[tuple[UUID]]:
    own = (Card.merchant_id == merchant_id, Card.customer_id == customer_id)
    return select(func.card_in_use(merchant_id, Card.id)).where(*own).order_by(Card.enrolled_at, Card.id)

"""Whether a queued marketing email may be sent now. Decided at each attempt, in the transaction that begins it."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.addresses import normalize_email
from backend.core.keys import KeyRing
from backend.loyalty.cards.models import Card
from backend.loyalty.customers.models import Customer
from backend.loyalty.marketing.rules import MarketingFacts, QuietHours, find_obstacle
from backend.loyalty.marketing.slots import take_slot
from backend.merchants.models import Merchant
from backend.messaging.models import EmailLog


@dataclass(frozen=True, slots=True)
class MarketingVerdict:
    """Send now, later or never."""

    wait_until: datetime | None = None
    obstacle: str | None = None
    """A key of `FAULTS`."""


async def check_marketing(
    session: AsyncSession, keys: KeyRing, quiet: QuietHours, mail: EmailLog, now: datetime
) -> MarketingVerdict:
    """Takes the mailbox's slot of the day when the email may be sent now."""
    row = (
        await session.execute(
            select(
                Card.state,
                Card.last_activity_at,
                Customer.marketing_consented_at,
                Customer.is_test,
                Merchant.timezone,
            )
            .outerjoin(Customer, (Customer.merchant_id == Card.merchant_id) & (Customer.id == Card.customer_id))
            .join(Merchant, Merchant.id == Card.merchant_id)
            .where(Card.merchant_id == mail.merchant_id, Card.id == mail.card_id)
        )
    ).one()
    facts = MarketingFacts(
        code=mail.template_code,
        queued_at=mail.created_at,
        has_consent=row.marketing_consented_at is not None,
        is_card_active=row.state == "active",
        last_visit_at=row.last_activity_at,
        is_test=bool(row.is_test),
    )
    if obstacle := find_obstacle(facts):
        return MarketingVerdict(obstacle=obstacle)
    morning = quiet.after(now, ZoneInfo(row.timezone))
    if morning > now:
        return MarketingVerdict(wait_until=morning)
    return MarketingVerdict(wait_until=await take_slot(session, keys, normalize_email(mail.recipient), mail.id, now))

"""Consent to marketing emails: given and withdrawn in the caller's transaction, each time with an event as proof."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.events import record
from backend.loyalty.customers.events import ConsentSource, MarketingConsentGiven, MarketingConsentWithdrawn
from backend.loyalty.customers.models import Customer


def give_consent(
    session: AsyncSession, customer: Customer, source: ConsentSource, now: datetime, *, user_id: UUID | None = None
) -> None:
    """Does nothing when it was given before: the earlier moment is the proof."""
    if customer.marketing_consented_at is None:
        customer.marketing_consented_at = now
        record(session, customer.merchant_id, MarketingConsentGiven(customer.id, source, user_id), now)


def withdraw_consent(session: AsyncSession, customer: Customer, source: ConsentSource, now: datetime) -> None:
    """Does nothing when there is none."""
    if customer.marketing_consented_at is not None:
        customer.marketing_consented_at = None
        record(session, customer.merchant_id, MarketingConsentWithdrawn(customer.id, source), now)

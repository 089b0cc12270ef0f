"""Consent to marketing emails: given and withdrawn in the caller's transaction, each time with an event as proof.

A withdrawal belongs to the mailbox: it holds for all customers of the merchant whose addresses lead there.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.events import record
from backend.loyalty.customers.events import ConsentSource, MarketingConsentGiven, MarketingConsentWithdrawn
from backend.loyalty.customers.models import Customer

UNDO = timedelta(days=1)
"""How long after a withdrawal the mailbox's own link takes it back."""


def give_consent(
    session: AsyncSession, customer: Customer, source: ConsentSource, now: datetime, *, user_id: UUID | None = None
) -> None:
    """Does nothing when it was given before: the earlier moment is the proof."""
    if customer.marketing_consented_at is None:
        customer.marketing_consented_at, customer.marketing_withdrawn_at = now, None
        record(session, customer.merchant_id, MarketingConsentGiven(customer.id, source, user_id), now)


async def withdraw_consent(session: AsyncSession, customer: Customer, source: ConsentSource, now: datetime) -> None:
    """Does nothing when there is none."""
    for one in await _lock_mailbox(session, customer):
        if one.marketing_consented_at is not None:
            one.marketing_consented_at, one.marketing_withdrawn_at = None, now
            record(session, one.merchant_id, MarketingConsentWithdrawn(one.id, source), now)


async def undo_withdrawal(session: AsyncSession, customer: Customer, source: ConsentSource, now: datetime) -> None:
    """Gives back every consent that the withdrawal took. Only while `can_undo`."""
    mailbox, withdrawn_at = await _lock_mailbox(session, customer), customer.marketing_withdrawn_at
    for one in mailbox:
        if withdrawn_at is not None and one.marketing_withdrawn_at == withdrawn_at:
            give_consent(session, one, source, now)


def can_undo(customer: Customer, now: datetime) -> bool:
    withdrawn_at = customer.marketing_withdrawn_at
    return withdrawn_at is not None and now <= withdrawn_at + UNDO


async def has_withdrawn(session: AsyncSession, customer: Customer) -> bool:
    """Whether a customer with this mailbox has withdrawn a consent, and has given none since."""
    withdrawn = (*_same_mailbox(customer), Customer.marketing_withdrawn_at.is_not(None))
    return bool(await session.scalar(select(exists().where(*withdrawn))))


async def _lock_mailbox(session: AsyncSession, customer: Customer) -> Sequence[Customer]:
    query = select(Customer).where(*_same_mailbox(customer)).order_by(Customer.id).with_for_update(key_share=True)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


def _same_mailbox(customer: Customer) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Customer.merchant_id == customer.merchant_id, Customer.mailbox == customer.mailbox

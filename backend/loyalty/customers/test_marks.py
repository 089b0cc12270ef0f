"""Marks customers as test: somebody tries Orion out in their name. All cards of a test customer are test cards."""

from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from backend.audit.actions import record_change
from backend.core.origin import Origin
from backend.loyalty.customers.models import Customer
from backend.loyalty.customers.problems import CustomerNotFound


async def mark_customer(session: AsyncSession, origin: Origin, customer_id: UUID, *, is_test: bool) -> Customer:
    """Safe to repeat. Raises CustomerNotFound."""
    theirs = (Customer.merchant_id == origin.merchant_id, Customer.id == customer_id)
    customer: Customer | None = await session.scalar(select(Customer).where(*theirs).with_for_update(key_share=True))
    if customer is None:
        raise CustomerNotFound
    before, customer.is_test = {"is_test": customer.is_test}, is_test
    record_change(
        session, origin, "customer.test_mark_changed", subject_id=customer_id, before=before, after={"is_test": is_test}
    )
    await session.flush()
    return customer


def is_of_real_customer(merchant_id: UUID, customer_id: InstrumentedAttribute[UUID | None]) -> ColumnElement[bool]:
    """For rows with the id of a customer; also true of an erased one's."""
    return ~exists().where(Customer.merchant_id == merchant_id, Customer.id == customer_id, Customer.is_test)

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.events import record
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.loyalty.customers.events import CustomerChanged
from backend.loyalty.customers.models import Customer, CustomerWord
from backend.loyalty.customers.rules import normalize_email, normalize_phone, words
from backend.loyalty.customers.schemas import Person


async def find_or_add_customer(
    session: AsyncSession, origin: Origin, person: Person, language: str, *, fill_in: bool
) -> Customer:
    """The merchant's customer with this email, in any case.

    With `fill_in`, what was not known yet is filled in; nothing is ever overwritten.
    """
    added = await session.scalar(
        insert(Customer)
        .values(
            merchant_id=origin.merchant_id,
            id=new_id(),
            email=person.email.strip(),
            email_norm=normalize_email(person.email),
            language=language,
            created_at=origin.now,
        )
        .on_conflict_do_nothing()
        .returning(Customer.id)
    )
    customer = await get_customer_by_email(session, origin.merchant_id, person.email)
    if (added or fill_in) and await _fill_in(session, customer, person) and not added:
        record(session, origin.merchant_id, CustomerChanged(customer.id), origin.now)
    return customer


async def get_customer_by_email(session: AsyncSession, merchant_id: UUID, email: str) -> Customer:
    return (
        await session.scalars(
            select(Customer).where(Customer.merchant_id == merchant_id, Customer.email_norm == normalize_email(email))
        )
    ).one()


async def _fill_in(session: AsyncSession, customer: Customer, person: Person) -> bool:
    """Whether anything was new."""
    told = {
        field: getattr(person, field)
        for field in ("first_name", "last_name", "phone", "birth_date")
        if getattr(customer, field) is None and getattr(person, field) is not None
    }
    for field, value in told.items():
        setattr(customer, field, value)
    customer.phone_norm = normalize_phone(customer.phone)
    await session.flush()
    found = [
        {"merchant_id": customer.merchant_id, "customer_id": customer.id, "word": word}
        for word in words(customer.first_name, customer.last_name)
    ]
    if found:
        await session.execute(insert(CustomerWord).values(found).on_conflict_do_nothing())
    return bool(told)

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.addresses import mailbox_of, normalize_email
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.loyalty.customers.models import Customer, CustomerWord
from backend.loyalty.customers.rules import normalize_phone, shown_words
from backend.loyalty.customers.schemas import EMAIL_MAX, Person


async def find_or_add_customer(
    session: AsyncSession, origin: Origin, email: str, *, language: str
) -> tuple[Customer, bool]:
    """The merchant's customer with this email, however written, and whether they are new. Raises ValidationFailed.

    Locked with all that merges have made one person with them: an enrollment of the same person at once waits.
    """
    email_norm = normalize_email(email)
    if len(email_norm) > EMAIL_MAX:
        raise ValidationFailed(FieldError("/email", "too_long", max=EMAIL_MAX))
    added = await session.scalar(
        insert(Customer)
        .values(
            merchant_id=origin.merchant_id,
            id=new_id(),
            email=email,
            email_norm=email_norm,
            mailbox=mailbox_of(email_norm),
            language=language,
            created_at=origin.now,
        )
        .on_conflict_do_nothing()
        .returning(Customer.id)
    )
    return await _lock_person(session, origin.merchant_id, email_norm), added is not None


async def _lock_person(session: AsyncSession, merchant_id: UUID, email_norm: str) -> Customer:
    known = (Customer.merchant_id == merchant_id, Customer.email_norm == email_norm)
    customer_id = (await session.scalars(select(Customer.id).where(*known))).one()
    person = func.person_customers(merchant_id, customer_id)
    query = select(Customer).where(Customer.merchant_id == merchant_id, Customer.id == func.any(person))
    # Bookings, which only refer to the customer, go on meanwhile.
    locked = await session.scalars(query.order_by(Customer.id).with_for_update(key_share=True))
    return next(customer for customer in locked if customer.id == customer_id)


def phone_in_one_form(phone: str | None, country: str) -> str | None:
    """Raises ValidationFailed for what is no number in any country."""
    norm = normalize_phone(phone, country) if phone is not None else None
    if phone is not None and norm is None:
        raise ValidationFailed(FieldError("/phone", "invalid_format", expected="phone"))
    return norm


async def fill_in(session: AsyncSession, customer: Customer, person: Person, phone_norm: str | None) -> bool:
    """What was not known yet; nothing is ever overwritten. Whether anything was new."""
    answers = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "phone": person.phone,
        "birth_date": person.birth_date,
    }
    new = {field: value for field, value in answers.items() if value is not None and getattr(customer, field) is None}
    for field, value in new.items():
        setattr(customer, field, value)
    if "phone" in new:
        customer.phone_norm = phone_norm
    await session.flush()
    await _add_words(session, customer)
    return bool(new)


async def _add_words(session: AsyncSession, customer: Customer) -> None:
    rows = [
        {"merchant_id": customer.merchant_id, "customer_id": customer.id, "word": word}
        for word in shown_words(customer.first_name, customer.last_name, customer.email)
    ]
    if rows:
        await session.execute(insert(CustomerWord).values(rows).on_conflict_do_nothing())

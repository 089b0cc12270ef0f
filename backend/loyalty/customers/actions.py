from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.addresses import normalize_email
from backend.core.events import record
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.loyalty.customers.events import CustomerChanged
from backend.loyalty.customers.models import Customer, CustomerWord
from backend.loyalty.customers.rules import normalize_phone, words
from backend.loyalty.customers.schemas import EMAIL_MAX, Person


async def find_or_add_customer(
    session: AsyncSession, origin: Origin, person: Person, *, language: str, country: str, fill_in: bool
) -> Customer:
    """The merchant's customer with this email, however written. Locked: who enrolls the same person at once waits.

    With `fill_in`, what was not known yet is filled in; nothing is ever overwritten. Raises ValidationFailed.
    """
    email_norm = normalize_email(person.email)
    if len(email_norm) > EMAIL_MAX:
        raise ValidationFailed(FieldError("/email", "too_long", f"At most {EMAIL_MAX} characters."))
    phone_norm = _phone_norm(person, country)
    added = await session.scalar(
        insert(Customer)
        .values(
            merchant_id=origin.merchant_id,
            id=new_id(),
            email=person.email,
            email_norm=email_norm,
            language=language,
            created_at=origin.now,
        )
        .on_conflict_do_nothing()
        .returning(Customer.id)
    )
    customer = await _lock_customer(session, origin.merchant_id, email_norm)
    if (added or fill_in) and await _fill_in(session, customer, person, phone_norm) and not added:
        record(session, origin.merchant_id, CustomerChanged(customer.id), origin.now)
    return customer


async def _lock_customer(session: AsyncSession, merchant_id: UUID, email_norm: str) -> Customer:
    query = select(Customer).where(Customer.merchant_id == merchant_id, Customer.email_norm == email_norm)
    # Bookings, which only refer to the customer, go on meanwhile.
    return (await session.scalars(query.with_for_update(key_share=True))).one()


def _phone_norm(person: Person, country: str) -> str | None:
    """Raises ValidationFailed for what is no number in any country."""
    if person.phone is None:
        return None
    phone_norm = normalize_phone(person.phone, country)
    if phone_norm is None:
        raise ValidationFailed(FieldError("/phone", "phone", "No phone number is written like this."))
    return phone_norm


async def _fill_in(session: AsyncSession, customer: Customer, person: Person, phone_norm: str | None) -> bool:
    """Whether anything was new."""
    given = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "phone": person.phone,
        "birth_date": person.birth_date,
    }
    told = {field: value for field, value in given.items() if value is not None and getattr(customer, field) is None}
    for field, value in told.items():
        setattr(customer, field, value)
    if "phone" in told:
        customer.phone_norm = phone_norm
    await session.flush()
    await _add_words(session, customer)
    return bool(told)


async def _add_words(session: AsyncSession, customer: Customer) -> None:
    """Of the name that is shown: whoever tells none is called as their mailbox."""
    names = (customer.first_name, customer.last_name)
    shown = names if any(names) else (customer.email.partition("@")[0],)
    found = [{"merchant_id": customer.merchant_id, "customer_id": customer.id, "word": word} for word in words(*shown)]
    if found:
        await session.execute(insert(CustomerWord).values(found).on_conflict_do_nothing())

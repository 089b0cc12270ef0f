"""A customer as the merchant's people see them, and as a tablet does."""

from backend.loyalty.customers.masking import masked_email, masked_name, masked_phone
from backend.loyalty.customers.schemas import CustomerView
from backend.loyalty.ledger.booking.card import CustomerState


def customer_view(customer: CustomerState) -> CustomerView:
    return CustomerView(
        id=customer.id,
        name=customer.name,
        first_name=customer.first_name,
        last_name=customer.last_name,
        email=customer.email,
        phone=customer.phone,
        birth_date=customer.birth_date,
        language=customer.language,
        is_test=customer.is_test,
    )


def masked_view(customer: CustomerState) -> CustomerView:
    """First name and initial, no whole address and no birthday."""
    return CustomerView(
        id=customer.id,
        name=masked_name(customer.first_name, customer.last_name, customer.email),
        first_name=customer.first_name,
        last_name=f"{customer.last_name[0]}." if customer.last_name else None,
        email=masked_email(customer.email),
        phone=masked_phone(customer.phone),
        birth_date=None,
        language=customer.language,
        is_test=customer.is_test,
    )

from backend.loyalty.customers.schemas import CustomerView

HIDDEN = "•••"


def masked(customer: CustomerView) -> str:
    """`m•••@example.com · ••• 456`: enough for who knows it, of no use to who reads along."""
    name, at, host = (customer.email or "").partition("@")
    parts = [f"{name[:1]}{HIDDEN}@{host}" if at else "", f"{HIDDEN} {customer.phone[-3:]}" if customer.phone else ""]
    return " · ".join(part for part in parts if part)

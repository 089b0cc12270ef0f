from collections.abc import Sequence
from uuid import UUID

from backend.loyalty.cards.schemas import CardView
from backend.loyalty.customers.schemas import CustomerView
from i18n.bidi import isolated

HIDDEN = "•••"


def hints_of(cards: Sequence[CardView]) -> dict[UUID, str]:
    """Masked contact data by card id, for customers with the same name. Masked because others may see the screen."""
    by_name: dict[str, list[CardView]] = {}
    for card in cards:
        by_name.setdefault(_normalized(card.customer.name), []).append(card)
    return {
        card.id: _distinguished(card.customer, [twin.customer for twin in twins if twin is not card])
        for twins in by_name.values()
        for card in twins
        if twins[1:]
    }


def _normalized(name: str) -> str:
    return " ".join(name.casefold().split())


def _distinguished(customer: CustomerView, twins: list[CustomerView]) -> str:
    """Shows as many letters of the mailbox as needed to distinguish the customers, or one if no number is enough."""
    lengths = range(1, max(len(one.email or "") for one in (customer, *twins)) + 1)
    differs = (n for n in lengths if _masked(customer, n) not in {_masked(twin, n) for twin in twins})
    return _masked(customer, next(differs, 1))


def _masked(customer: CustomerView, letters: int) -> str:
    """`m•••@example.com · ••• 456`: enough to recognize, too little to use."""
    name, at, host = (customer.email or "").partition("@")
    email = f"{isolated(f'{name[:letters]}{HIDDEN}@{host}')}" if at else ""
    return " · ".join(part for part in (email, customer.phone and f"{HIDDEN} {customer.phone[-3:]}") if part)

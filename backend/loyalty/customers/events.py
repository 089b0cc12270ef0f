from typing import Literal
from uuid import UUID

from backend.core.events import DomainEvent

ConsentSource = Literal["enrollment", "unsubscribe_page"]


class CustomerChanged(DomainEvent, frozen=True):
    """More is known of them than before."""

    customer_id: UUID


class CustomerDataErased(DomainEvent, frozen=True):
    """Nothing is known of them any more. Recorded by the trigger `erased_and_told` when the row is deleted."""

    customer_id: UUID


class MarketingConsentGiven(DomainEvent, frozen=True):
    customer_id: UUID
    source: ConsentSource
    user_id: UUID | None
    """Who recorded it at the till; None when the customer did it."""


class MarketingConsentWithdrawn(DomainEvent, frozen=True):
    customer_id: UUID
    source: ConsentSource

from uuid import UUID

from backend.core.events import DomainEvent


class CustomerChanged(DomainEvent, frozen=True):
    """More is known of them than before."""

    customer_id: UUID

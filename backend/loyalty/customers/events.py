from uuid import UUID

from backend.core.events import Happening


class CustomerChanged(Happening, frozen=True):
    """More is known of them than before."""

    customer_id: UUID

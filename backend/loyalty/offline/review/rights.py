"""What somebody may do with what waits: to look after tablets is not to serve customers."""

from dataclasses import dataclass
from uuid import UUID

from backend.access.permissions import MANAGE_CARDS, VOID_TRANSACTIONS
from backend.access.problems import Forbidden
from backend.devices.queries import Stores
from backend.loyalty.ledger.schemas.returns import Void
from backend.loyalty.offline.items import ItemBody


@dataclass(frozen=True, slots=True)
class ReviewRights:
    """Ids of the stores where they have each right; None: of all stores."""

    devices: Stores = None
    """They see and dismiss what tablets of these stores did."""
    cards: Stores = None
    voids: Stores = None
    may_override: bool = True

    def may_book(self, body: ItemBody, store_id: UUID) -> bool:
        """Only who could have booked it at the till does so afterwards."""
        stores = self.voids if isinstance(body, Void) else self.cards
        return stores is None or store_id in stores

    def check_booking(self, body: ItemBody, store_id: UUID) -> None:
        """Raises Forbidden."""
        if not self.may_book(body, store_id):
            raise Forbidden(VOID_TRANSACTIONS if isinstance(body, Void) else MANAGE_CARDS)

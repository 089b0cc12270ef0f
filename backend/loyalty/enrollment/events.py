from uuid import UUID

from backend.core.events import Happening


class CardLinkRequested(Happening, frozen=True):
    """Somebody who may be the holder wants the address of the card's page; it goes to the holder's email only."""

    card_id: UUID

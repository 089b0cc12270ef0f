from uuid import UUID

from backend.core.events import DomainEvent


class CardLinksAsked(DomainEvent, frozen=True):
    """Somebody has typed an email. Whether anybody has it is looked up afterwards, so that time tells nothing."""

    question_id: UUID


class CardLinkRequested(DomainEvent, frozen=True):
    """Somebody who may be the holder wants the address of the card's page; it goes to the holder's email only."""

    card_id: UUID

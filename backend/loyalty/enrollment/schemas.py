"""Joining a program, at the till or from the poster."""

import re
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.core.schemas import Answer, Body, Language
from backend.loyalty.cards.schemas import CardView
from backend.loyalty.customers.schemas import NO_PUBLIC_NAME, Email, Person, PublicName
from backend.merchants.schemas import StoreRef
from backend.messaging.templates.greeting import plain_name


class Enroll(Person):
    """A customer enrolled by staff."""

    staff_id: Annotated[UUID | None, Meta(description="From a tablet only: who enrolls the customer.")] = None


class EnrollView(CardView):
    """The card view, and whether the customer already had this card."""

    already_enrolled: bool


class SelfEnroll(Person):
    """Somebody enrolling from the join page."""

    first_name: PublicName | None = None
    last_name: PublicName | None = None
    accept_terms: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        for field in ("first_name", "last_name"):
            if re.search(NO_PUBLIC_NAME, plain_name(getattr(self, field) or "")):
                raise ValueError(f"Write a name only - at `$.{field}`")


class EnrolledCard(Answer):
    id: UUID
    code: str | None
    """None for an address that already had a card: the code goes to that address only."""
    points_balance: int | None
    page_url: str | None


class SelfEnrollView(Answer):
    already_enrolled: bool
    card: EnrolledCard
    works_at: list[StoreRef]
    """Stores where the card is accepted."""
    mailed: bool
    """The card's address is on its way to the email given."""


class ChangeOwnCard(Body):
    language: Language
    """Of the customer's page, mails and passes."""


class CardLinkRequest(Body):
    """Somebody has lost the address of their card. Name the store, or send the old address's token."""

    email: Email
    store_code: Annotated[str, Meta(max_length=40)] | None = None
    token: Annotated[str, Meta(max_length=200)] | None = None

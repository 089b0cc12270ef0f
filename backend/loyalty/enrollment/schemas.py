"""Joining a program, at the till or from the poster."""

import re
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from backend.core.languages import Language
from backend.core.schemas import Answer, Body
from backend.loyalty.cards.schemas import CardView
from backend.loyalty.customers.schemas import NO_PUBLIC_NAME, Email, Person, PublicName
from backend.merchants.schemas import StoreRef
from backend.messaging.templates.greeting import plain_name


class Enroll(Person):
    """A customer enrolled by staff."""

    staff_id: UUID | None = None
    """From a tablet only: id of the person who enrolls the customer."""


class EnrollView(CardView):
    """The card, and whether the customer already had it."""

    already_enrolled: bool
    """True when the customer already had this card and nothing was made."""


class SelfEnroll(Person):
    """Somebody enrolls from the join page."""

    first_name: PublicName | None = None
    """First name, without addresses of sites and numbers. Null: not given."""
    last_name: PublicName | None = None
    """Last name, without addresses of sites and numbers. Null: not given."""
    accept_terms: bool = False
    """Must be true: the customer accepts the terms of the program."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for field in ("first_name", "last_name"):
            if re.search(NO_PUBLIC_NAME, plain_name(getattr(self, field) or "")):
                raise ValueError(f"Write a name only - at `$.{field}`")


class EnrolledCard(Answer):
    """The new card, or the id alone for an address that already had one."""

    id: UUID
    """Id of the card."""
    code: str | None
    """Code of the card. Null for an address that already had a card: it is sent to that address only."""
    points_balance: int | None
    """Points on the new card, such as a welcome bonus. Null for an address that already had a card."""
    page_url: str | None
    """Address of the customer's own page. Null for an address that already had a card."""


class SelfEnrollView(Answer):
    """What became of the enrollment."""

    already_enrolled: bool
    """True when the address already had a card."""
    card: EnrolledCard
    """The card."""
    works_at: list[StoreRef]
    """Stores where the card is accepted."""
    mailed: bool
    """True when the card's address is on its way to the email given."""


class ChangeOwnCard(Body):
    """What a customer can change on their card."""

    language: Language
    """Language of the customer's pages, emails and passes."""


class CardLinkRequest(Body):
    """Somebody has lost the address of their card. Name the store, or send the token of the old address."""

    email: Email
    """Address with which the customer enrolled. The card's address is sent to it."""
    store_code: Annotated[str, Meta(max_length=40)] | None = None
    """Code of a store of the merchant. Null when `token` is sent."""
    token: Annotated[str, Meta(max_length=200)] | None = None
    """Token of the card's old address. Null when `store_code` is sent."""

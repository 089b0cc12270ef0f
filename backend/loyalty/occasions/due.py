"""Which customers have an occasion: read in chunks, in the order of their ids."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, true

from backend.loyalty.cards.models import Card
from backend.loyalty.customers.models import Customer

CHUNK = 500
LAST_CARD = (
    select(Card.id, Card.last_activity_at)
    .where(Card.merchant_id == Customer.merchant_id, Card.customer_id == Customer.id, Card.state == "active")
    .order_by(Card.last_activity_at.desc(), Card.id)
    .limit(1)
    .lateral("last_card")
)
"""The card that a customer has used last."""


class DueCustomer(NamedTuple):
    customer_id: UUID
    card_id: UUID


def due_chunk(
    merchant_id: UUID, is_due: ColumnElement[bool], position: UUID, end: UUID | None
) -> Select[tuple[UUID, UUID]]:
    """At most CHUNK customers behind the position, up to the end."""
    chunk = having(merchant_id, is_due).where(Customer.id > position).order_by(Customer.id).limit(CHUNK)
    return chunk if end is None else chunk.where(Customer.id <= end)


def having(merchant_id: UUID, is_due: ColumnElement[bool]) -> Select[tuple[UUID, UUID]]:
    """Real customers who have consented and have the occasion, each with the card used last."""
    return _consenting(merchant_id).add_columns(LAST_CARD.c.id).join(LAST_CARD, true()).where(is_due)


def end_of_page(merchant_id: UUID, position: UUID, page: int) -> Select[tuple[UUID]]:
    """The last customer of a page of those who have consented; none when there are not so many behind the position."""
    after = _consenting(merchant_id).where(Customer.id > position).order_by(Customer.id)
    return after.offset(page - 1).limit(1)


def _consenting(merchant_id: UUID) -> Select[tuple[UUID]]:
    return select(Customer.id).where(
        Customer.merchant_id == merchant_id, Customer.marketing_consented_at.is_not(None), ~Customer.is_test
    )

"""Lists of a merchant's cards."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.origin import Origin
from backend.core.paging import Cursors
from backend.core.repository import ListQuery, Sorting, TenantRepository, within
from backend.core.schemas import Page
from backend.loyalty.cards.models import CARD_STATES, Card
from backend.loyalty.cards.schemas import ListedCard
from backend.loyalty.customers.queries import customers_by_id
from backend.merchants.queries import get_zone

SORTINGS = {"newest": Sorting(Card.enrolled_at, is_descending=True), "oldest": Sorting(Card.enrolled_at)}
OWN = tuple(field for field in ListedCard.__struct_fields__ if field != "customer")


@dataclass(frozen=True, slots=True)
class CardFilters:
    """None: not asked. Days are those of the merchant, both included."""

    state: str | None = None
    store_id: UUID | None = None
    customer_id: UUID | None = None
    first_day: date | None = None
    last_day: date | None = None

    def equal(self) -> list[ColumnElement[bool]]:
        asked = [(Card.store_id, self.store_id), (Card.customer_id, self.customer_id)]
        return [*_is(self.state), *(column == value for column, value in asked if value is not None)]


class CardRepository(TenantRepository[Card]):
    model_type = Card


async def list_cards(
    session: AsyncSession, origin: Origin, asked: ListQuery, cursors: Cursors, filters: CardFilters
) -> Page[ListedCard]:
    """Raises CursorExpired."""
    days = within(Card.enrolled_at, filters.first_day, filters.last_day, await get_zone(session, origin.merchant_id))
    return await CardRepository(session, origin.merchant_id).page(asked, cursors, _view, *filters.equal(), *days)


async def add_customers(session: AsyncSession, merchant_id: UUID, cards: Iterable[ListedCard]) -> None:
    """One statement for all cards."""
    listed = [card for card in cards if card.customer_id is not None]
    customers = await customers_by_id(session, merchant_id, {card.customer_id for card in listed if card.customer_id})
    for card in listed:
        card.customer = customers.get(card.customer_id) if card.customer_id else None


async def cards_by_id(session: AsyncSession, merchant_id: UUID, ids: Iterable[UUID]) -> dict[UUID, ListedCard]:
    """One statement."""
    theirs = select(Card).where(Card.merchant_id == merchant_id, Card.id.in_(ids))
    return {row.id: _view(row) for row in await session.scalars(theirs)}


def _is(state: str | None) -> list[ColumnElement[bool]]:
    """In words, not as a parameter: PostgreSQL finds a partial index only when it can read the condition."""
    if state is None:
        return []
    assert state in CARD_STATES
    return [Card.state == literal_column(f"'{state}'")]


def _view(card: Card) -> ListedCard:
    return ListedCard(**{field: getattr(card, field) for field in OWN})

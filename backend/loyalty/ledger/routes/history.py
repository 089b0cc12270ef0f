"""One page of a card's or a store's history, for every audience."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from litestar.params import QueryParameter
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.origin import Origin
from backend.core.paging import Cursors, PageOrder
from backend.core.schemas import STORABLE, Page
from backend.loyalty.cards.queries import cards_by_id
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.history import HistoryRow, TransactionFilters, filter_transactions, list_transactions
from backend.loyalty.ledger.queries import get_state
from backend.loyalty.ledger.schemas import TransactionView
from backend.loyalty.ledger.schemas.fields import TransactionExpansion

TransactionKindFilter = Literal[
    "enrolled",
    "welcome_bonus",
    "earned",
    "redeemed",
    "voided",
    "reinstated",
    "adjusted",
    "expired",
    "restored",
    "transferred",
    "deactivated",
    "reactivated",
]
OfCard = Annotated[UUID | None, QueryParameter(name="card_id", description="Transactions of this card only.")]
OfStore = Annotated[UUID | None, QueryParameter(name="store_id", description="Transactions of this store only.")]
OfKind = Annotated[
    TransactionKindFilter | None,
    QueryParameter(name="kind", description="Transactions of this kind only."),
]
OfOrder = Annotated[
    str | None,
    QueryParameter(
        name="order_reference",
        min_length=1,
        max_length=100,
        pattern=STORABLE,
        description="Number on the receipt or order, compared without case, blanks, dashes and number signs.",
    ),
]
BookedFrom = Annotated[date | None, QueryParameter(name="from", description="First day, in the merchant's time zone.")]
BookedUntil = Annotated[
    date | None, QueryParameter(name="until", description="Last day, included, in the merchant's time zone.")
]

ExpandTransactions = Annotated[
    TransactionExpansion | None,
    QueryParameter(name="expand", description="`card`: each transaction with its card as it is now."),
]


async def card_history(
    ledger: Ledger, origin: Origin, cursors: Cursors, card_id: UUID, *, limit: int, after: str | None
) -> Page[TransactionView]:
    """Raises CardNotFound or CursorExpired."""
    await get_state(ledger.pool, origin, card_id)
    scope = f"card:{card_id}"
    position = cursors.read(scope, after, origin.now)
    rows = await list_transactions(ledger.pool, origin.merchant_id, card_id=card_id, after=position, limit=limit)
    return history_page(rows, limit, origin, cursors, scope)


async def filtered_history(
    ledger: Ledger, origin: Origin, cursors: Cursors, filters: TransactionFilters, *, limit: int, after: str | None
) -> Page[TransactionView]:
    """Raises CursorExpired."""
    scope = repr(("transactions", str(origin.merchant_id), filters))
    position = cursors.read(scope, after, origin.now)
    rows = await filter_transactions(ledger.pool, origin.merchant_id, filters, position, limit)
    return history_page(rows, limit, origin, cursors, scope)


async def add_cards(session: AsyncSession, merchant_id: UUID, lines: Sequence[TransactionView]) -> None:
    """One statement for all lines."""
    cards = await cards_by_id(session, merchant_id, {line.card_id for line in lines})
    for line in lines:
        line.card = cards[line.card_id]


def provide_filters(
    kind: OfKind = None,
    order_reference: OfOrder = None,
    first_day: BookedFrom = None,
    last_day: BookedUntil = None,
    order: PageOrder = "newest",
) -> TransactionFilters:
    return TransactionFilters(
        kind=kind,
        order_reference=order_reference,
        first_day=first_day,
        last_day=last_day,
        is_oldest_first=order == "oldest",
    )


def history_page(
    rows: list[HistoryRow], limit: int, origin: Origin, cursors: Cursors, scope: str
) -> Page[TransactionView]:
    """`scope`: the list, for its cursor."""
    shown, more = rows[:limit], len(rows) > limit
    cursor = cursors.write(scope, shown[-1].recorded_at, shown[-1].id, origin.now) if more else None
    return Page([row.view(origin.language, masks=origin.device_id is not None) for row in shown], cursor, more)

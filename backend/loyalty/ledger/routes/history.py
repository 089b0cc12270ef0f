"""One page of a card's or a store's history, for every audience."""

from uuid import UUID

from backend.core.origin import Origin
from backend.core.paging import Cursors
from backend.core.schemas import Page
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.history import HistoryRow, list_transactions
from backend.loyalty.ledger.queries import get_state
from backend.loyalty.ledger.schemas import TransactionView


async def card_history(
    ledger: Ledger, origin: Origin, cursors: Cursors, card_id: UUID, *, limit: int, after: str | None
) -> Page[TransactionView]:
    """Raises CardNotFound or CursorExpired."""
    await get_state(ledger.pool, origin, card_id)
    scope = f"card:{card_id}"
    position = cursors.read(scope, after, origin.now)
    rows = await list_transactions(ledger.pool, origin.merchant_id, card_id=card_id, after=position, limit=limit)
    return history_page(rows, limit, origin, cursors, scope)


def history_page(
    rows: list[HistoryRow], limit: int, origin: Origin, cursors: Cursors, scope: str
) -> Page[TransactionView]:
    """`scope`: the list, for its cursor."""
    shown, more = rows[:limit], len(rows) > limit
    cursor = cursors.write(scope, shown[-1].recorded_at, shown[-1].id, origin.now) if more else None
    return Page([row.view(origin.language, masks=origin.device_id is not None) for row in shown], cursor, more)

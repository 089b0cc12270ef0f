"""What the till page shows, in one call."""

from datetime import datetime
from uuid import UUID

import asyncpg

from backend.core.origin import Origin
from backend.loyalty.cards import code as card_code
from backend.loyalty.customers.rules import PHONE_DIGITS_MIN, WORD_LENGTH_MIN, normalize_email, normalize_phone, words
from backend.loyalty.ledger.problems import CardReplacedBefore
from backend.loyalty.ledger.queries import HistoryRow, find_retired_on, list_states, list_transactions
from backend.loyalty.ledger.rules import UNDO_WINDOW, VOIDABLE
from backend.loyalty.ledger.state import CardState
from backend.loyalty.till.schemas import Undo

RECENT = 8


async def find_cards(pool: asyncpg.Pool, origin: Origin, query: str) -> list[CardState]:
    """By card code, email, phone or the beginnings of name words, whichever the query looks like.

    Raises CardReplacedBefore for the code of a card that has got a new one.
    """
    code = card_code.normalize(query)
    if code is not None:
        return await list_states(pool, origin, code=code) or await _refuse_retired(pool, origin, code)
    if "@" in query:
        return await list_states(pool, origin, email=normalize_email(query))
    digits = normalize_phone(query)
    if digits and len(digits) >= PHONE_DIGITS_MIN and not any(letter.isalpha() for letter in query):
        return await list_states(pool, origin, phone=digits)
    prefixes = words(query)
    if max(map(len, prefixes), default=0) < WORD_LENGTH_MIN:
        return []
    return await list_states(pool, origin, words=prefixes)


async def _refuse_retired(pool: asyncpg.Pool, origin: Origin, code: str) -> list[CardState]:
    retired_on = await find_retired_on(pool, origin, code)
    if retired_on is None:
        return []
    raise CardReplacedBefore(since=retired_on)


async def list_recent(pool: asyncpg.Pool, origin: Origin) -> list[HistoryRow]:
    rows = await list_transactions(pool, origin.merchant_id, store_id=origin.store_id, limit=RECENT)
    return rows[:RECENT]


def undo_for(rows: list[HistoryRow], sign_in_id: UUID | None, now: datetime) -> Undo | None:
    """The last booking of this sign-in at this store, while it may still be undone."""
    mine = next((row for row in rows if row.sign_in_id and row.sign_in_id == sign_in_id), None)
    if mine is None or mine.voided or mine.kind not in VOIDABLE or mine.recorded_at + UNDO_WINDOW <= now:
        return None
    return Undo(mine.id, mine.recorded_at + UNDO_WINDOW)

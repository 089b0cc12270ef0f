"""What the till page shows, in one call."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from backend.core.addresses import normalize_email
from backend.core.origin import Origin
from backend.core.text_cleaning import clean_phone
from backend.loyalty.cards import code as card_code
from backend.loyalty.cards.schemas import MatchedBy
from backend.loyalty.customers.rules import (
    WHOLE_DIGITS,
    digits_of,
    has_country,
    is_phone,
    is_searchable,
    is_whole_number,
    normalize_phone,
    search_variants,
    search_words,
)
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.history import HistoryRow, list_transactions
from backend.loyalty.ledger.problems.cards import CardReplacedBefore
from backend.loyalty.ledger.queries import find_retired_on, list_states
from backend.loyalty.till.schemas import Undo

RECENT = 8
FOUND_MAX = 5


async def find_cards(
    pool: asyncpg.Pool, origin: Origin, query: str, countries: Sequence[str]
) -> tuple[MatchedBy, list[CardState]]:
    """By card code, email, phone or the beginnings of name words, by the form of the query; or by the whole name
    that is shown, which may look like the others. `countries`: those a number may be of that is told without.

    Raises CardReplacedBefore for the code of a card that has got a new one.
    """
    code = card_code.normalize(query)
    if code is not None:
        return "code", await list_states(pool, origin, code=code) or await _refuse_retired(pool, origin, code)
    matched_by: MatchedBy
    if "@" in query:
        matched_by, states = "email", await list_states(pool, origin, email=normalize_email(query))
    elif is_phone(phone := clean_phone(query)):
        matched_by, states = await _find_by_phone(pool, origin, phone, countries)
    else:
        return "name", await _find_by_name(pool, origin, query)
    if states and matched_by != "phone_ending":
        return matched_by, states
    called = await _find_by_shown_name(pool, origin, query)
    if matched_by == "phone_ending":
        return matched_by, [*called, *(state for state in states if state not in called)][:FOUND_MAX]
    return ("name", called) if called else (matched_by, states)


async def _find_by_phone(
    pool: asyncpg.Pool, origin: Origin, phone: str, countries: Sequence[str]
) -> tuple[MatchedBy, list[CardState]]:
    """A whole number finds its own card only. Last digits find all that end with them, and nobody is meant for sure."""
    digits = digits_of(phone)
    if len(digits) >= WHOLE_DIGITS or has_country(phone):
        numbers = dict.fromkeys(normalize_phone(phone, country) for country in countries)
        states = [state for number in numbers if number for state in await list_states(pool, origin, phone=number)]
        if states or has_country(phone) or any(is_whole_number(phone, country) for country in countries):
            return "phone", states
    return "phone_ending", await list_states(pool, origin, phone=digits[::-1])


async def _find_by_name(pool: asyncpg.Pool, origin: Origin, query: str) -> list[CardState]:
    if not is_searchable(query):
        return []
    for words in search_variants(query):
        if states := await list_states(pool, origin, words=words):
            return states
    return []


async def _find_by_shown_name(pool: asyncpg.Pool, origin: Origin, query: str) -> list[CardState]:
    """Customers of exactly this name. No beginnings: an unknown address must not open the card of a namesake."""
    asked = search_words(query)
    states = await list_states(pool, origin, words=asked) if asked else []
    return [state for state in states if state.customer and search_words(state.customer.name) == asked]


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
    until = mine.undo_until if mine else None
    return Undo(mine.id, until) if mine and until and until > now else None

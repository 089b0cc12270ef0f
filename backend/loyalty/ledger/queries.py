"""Reads of the till's lane: each is one statement."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import asyncpg
import msgspec

from backend.core.origin import Origin
from backend.loyalty.ledger.booking.checks import check_place
from backend.loyalty.ledger.booking.setup import Setup
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.problems.cards import CardNotFound

CARD_STATE = "SELECT card_state($1, $2, $3, $4, $5, $6, $7)"
CARD_STATES = "SELECT card_state($1, $2, $3, NULL, NULL, $5, $6), card_state($1, $2, $4, NULL, NULL, NULL, $6)"
EACH_STATE = "SELECT c.id, card_state($1, $2, c.id, NULL, NULL, NULL, $4) FROM unnest($3::uuid[]) AS c (id)"
MERCHANTS_OF_CARDS = "SELECT merchant_id, card_ids FROM merchants_of_cards($1)"
STORE_SETUP = "SELECT store_setup($1, $2, $3)"
FIND_CARDS = "SELECT find_cards($1, $2, $3, $4, $5, $6, $7)"
CODE_RETIRED_ON = "SELECT code_retired_on($1, $2, $3)"

_state = msgspec.json.Decoder(CardState)
_setup = msgspec.json.Decoder(Setup)


async def find_state(
    pool: asyncpg.Pool,
    origin: Origin,
    *,
    card_id: UUID | None = None,
    transaction_id: UUID | None = None,
    order_reference: str | None = None,
    key: str | None = None,
) -> CardState | None:
    """By card, by one of its transactions, or by the reference of an order; what was booked is then the targets."""
    document = await pool.fetchval(
        CARD_STATE, origin.merchant_id, origin.store_id, card_id, transaction_id, order_reference, key, origin.now
    )
    return _state.decode(document) if document else None


async def read_states(pool: asyncpg.Pool, origin: Origin, card_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The states of cards as documents, for `decode_state`: of many, one that cannot be read fails alone."""
    rows = await pool.fetch(EACH_STATE, origin.merchant_id, origin.store_id, card_ids, origin.now)
    return {row[0]: row[1] for row in rows}


async def read_merchants_of_cards(pool: asyncpg.Pool, card_ids: Sequence[UUID]) -> list[tuple[UUID, list[UUID]]]:
    """Each merchant with those cards that are its own, for the platform's runs."""
    return [(row[0], row[1]) for row in await pool.fetch(MERCHANTS_OF_CARDS, card_ids)]


async def get_state(pool: asyncpg.Pool, origin: Origin, card_id: UUID) -> CardState:
    """Raises CardNotFound, also for a card that does not work at the asking store."""
    state = await find_state(pool, origin, card_id=card_id)
    if state is None:
        raise CardNotFound
    check_place(state)
    return state


async def get_setup(pool: asyncpg.Pool, origin: Origin) -> Setup:
    """As the store of the request sees it now."""
    return _setup.decode(await pool.fetchval(STORE_SETUP, origin.merchant_id, origin.till_store_id, origin.now))


async def get_states(
    pool: asyncpg.Pool, origin: Origin, first_id: UUID, second_id: UUID, *, key: str
) -> tuple[CardState, CardState]:
    """Two cards at the same moment. Raises CardNotFound."""
    asked = origin.merchant_id, origin.store_id, first_id, second_id, key, origin.now
    first, second = await pool.fetchrow(CARD_STATES, *asked)
    if first is None or second is None:
        raise CardNotFound
    return _state.decode(first), _state.decode(second)


async def list_states(
    pool: asyncpg.Pool,
    origin: Origin,
    *,
    code: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    words: Sequence[str] = (),
) -> list[CardState]:
    """At most five cards, those used last first. Values as `customers.rules` normalizes them.

    Raises CardNotFound when one does not work at the asking store.
    """
    rows = await pool.fetch(
        FIND_CARDS, origin.merchant_id, origin.store_id, code, email, phone, list(words), origin.now
    )
    states = [_state.decode(row[0]) for row in rows]
    for state in states:
        check_place(state)
    return states


async def find_retired_on(pool: asyncpg.Pool, origin: Origin, code: str) -> date | None:
    """Since which day the code is refused because its card got another."""
    retired_on: date | None = await pool.fetchval(CODE_RETIRED_ON, origin.merchant_id, origin.store_id, code)
    return retired_on

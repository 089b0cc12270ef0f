"""The document of an earn with placeholders, for pgbench."""

from dataclasses import dataclass
from uuid import uuid4

import asyncpg
import msgspec

from backend.core.answers import AnswerRow
from backend.core.clock import clock
from backend.core.idempotency import Key, Reply, key_for
from backend.core.keys import KeyRing
from backend.core.origin import Origin
from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.rows import Booking
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.operations.earn import EarnPoints
from backend.loyalty.ledger.queries import find_state
from backend.loyalty.ledger.schemas.bookings import Earn
from backend.loyalty.ledger.views import Show
from benchmarks.data import (
    CARD,
    CATEGORY,
    CUSTOMER,
    MERCHANT,
    MERCHANTS,
    PROGRAM,
    START_POINTS,
    STORE,
    STORES,
    USER,
    id_of,
)
from benchmarks.earns import CENTS, POINTS
from benchmarks.sql import sql_id

VERSION, SEQ, POINTS_BEFORE = 7_000_001, 8_000_001, 9_000_001
"""Of the card before the booking: numbers that occur nowhere else in the document."""


@dataclass(frozen=True, slots=True)
class Template:
    """A booking with placeholders for what differs between sales, and the SQL that fills them."""

    text: str
    arguments: list[str]

    @property
    def statement(self) -> str:
        return f"SELECT book({sql_id(MERCHANT, ':n::int')}, format(:booking, {', '.join(self.arguments)})::json);\n"


async def template(app_url: str, first_card: int) -> Template:
    """Made by the operation itself."""
    pool = await asyncpg.create_pool(app_url, min_size=1, max_size=1)
    try:
        return await _template(pool, first_card)
    finally:
        await pool.close()


async def _template(pool: asyncpg.Pool, card: int) -> Template:
    origin = _origin(card)
    state = await find_state(pool, origin, card_id=id_of(CARD, card))
    assert state is not None
    state.card.version, state.card.last_seq, state.card.points_balance = VERSION, SEQ, POINTS_BEFORE
    key, document = _booking(state, origin, store=card % STORES)
    places = _places(card, key, document)
    text = msgspec.json.encode(document).decode().replace("%", "%%")
    for place, value in enumerate(places, 1):
        assert value in text, f"the booking does not hold {value}"
        text = text.replace(value, f"%{place}$s")
    return Template(text, list(places.values()))


def _origin(card: int) -> Origin:
    return Origin(
        merchant_id=id_of(MERCHANT, card % MERCHANTS),
        store_id=id_of(STORE, card % STORES),
        user_id=id_of(USER, card % STORES),
        user_name="Till User 1",
        language="fr",
        now=clock.now(),
        instance="",
        request_id="",
    )


def _booking(state: CardState, origin: Origin, *, store: int) -> tuple[Key, Booking]:
    """A sale, with the key of its answer."""
    operation = EarnPoints(Earn(purchase_amount_cents=CENTS, category_ids=[id_of(CATEGORY, store)]))
    draft = BookingDraft(state, origin)
    decided = operation.decide(draft)
    links = CardLinks(KeyRing(["benchmark"]), "http://127.0.0.1:8080")
    body = operation.answer(decided, draft, Show(links, "fr", origin.now))
    key = key_for(str(uuid4()), "", operation.body)
    return key, draft.complete(AnswerRow.of(key, Reply.of(decided.status, body), origin.now))


def _places(card: int, key: Key, document: Booking) -> dict[str, str]:
    """What differs between sales, with the SQL that fills it."""
    n, store = card % MERCHANTS, card % STORES
    return {
        str(VERSION + 1): "2 + :turn::int",
        str(SEQ + 1): "2 + :turn::int",
        str(POINTS_BEFORE + POINTS): f"{START_POINTS} + {POINTS} * (1 + :turn::int)",
        str(id_of(CARD, card)): sql_id(CARD, ":card::int"),
        str(id_of(MERCHANT, n)): sql_id(MERCHANT, ":n::int"),
        str(id_of(PROGRAM, n)): sql_id(PROGRAM, ":n::int"),
        str(id_of(CUSTOMER, card)): sql_id(CUSTOMER, ":card::int"),
        str(id_of(STORE, store)): sql_id(STORE, ":store::int"),
        str(id_of(USER, store)): sql_id(USER, ":user::int"),
        str(id_of(CATEGORY, store)): sql_id(CATEGORY, ":store::int"),
        str(document.transactions[0].id): "uuidv7()",
        str(document.lots[0].id): "uuidv7()",
        str(document.events[0].id): "uuidv7()",
        key.value: "lpad(:key::text, 36, '-')",
    }

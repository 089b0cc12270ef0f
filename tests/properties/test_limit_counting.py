"""What a line adds toward a limit is decided in Python before it is written, and counted in SQL after: both agree."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from itertools import count, product
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.core.clock import clock
from backend.core.ids import new_id
from backend.loyalty.fraud_limits.models import LIMIT_MEASURES, LIMIT_SCOPES
from backend.loyalty.ledger.booking.limits import use_of
from backend.loyalty.ledger.booking.rows import TransactionRow
from backend.loyalty.ledger.booking.setup import LimitState
from backend.loyalty.ledger.booking.target import Target
from tests.world.shop import FOREVER, Shop

INSERT = "INSERT INTO transactions SELECT * FROM json_populate_recordset(NULL::transactions, $1)"
TARGET = "SELECT void_target(t, t.card_id) FROM transactions t WHERE t.merchant_id = $1 AND t.id = $2"
COUNTED = "SELECT coalesce(sum(amount), 0)::bigint FROM counted_bookings($1, $2, $3, $4, $5)"
LIMITS = [LimitState(new_id(), scope, measure, 60, 1) for scope, measure in product(LIMIT_SCOPES, LIMIT_MEASURES)]
PEOPLE, STORES, DEVICES = ("anna", "luc", None), ("hub", "outlet"), (uuid4(), uuid4(), None)

Amounts = Counter[tuple[str, UUID, str]]
"""By scope, subject and measure."""

pieces = st.integers(1, 3)
sale = st.fixed_dictionaries(
    {
        "kind": st.just("earned"),
        "unit": st.just("points"),
        "amount": st.integers(0, 50),
        "purchase_amount_cents": pieces,
    }
)
stamp = st.fixed_dictionaries({"kind": st.just("earned"), "unit": st.just("stamps"), "amount": st.just(1)})
redemption = st.fixed_dictionaries(
    {
        "kind": st.just("redeemed"),
        "unit": st.sampled_from(["points", "stamps"]),
        "amount": st.integers(-50, -1),
        "quantity": pieces,
    }
)
other = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["adjusted", "expired", "restored", "transferred"]),
        "unit": st.sampled_from(["points", "stamps"]),
        "amount": st.sampled_from([-7, 7]),
    }
)
place = st.fixed_dictionaries(
    {"user": st.sampled_from(PEOPLE), "store": st.sampled_from(STORES), "device_id": st.sampled_from(DEVICES)}
)
returns = st.lists(st.tuples(pieces, st.booleans()), max_size=3)
"""Of each how much, in cents or pieces, and whether it was undone."""
lines = st.lists(st.tuples(st.one_of(sale, stamp, redemption, other), place, returns), min_size=1, max_size=8)


class Card:
    """Its lines are made up: what no till would book is counted alike too."""

    def __init__(self, shop: Shop, card_id: UUID) -> None:
        self._shop, self._id, self._seq = shop, card_id, count(1000)

    def line(self, user: str | None, store: str, **values: Any) -> TransactionRow:
        shop = self._shop
        return TransactionRow(
            merchant_id=shop.merchant_id,
            id=new_id(),
            card_id=self._id,
            seq=next(self._seq),
            points_after=0,
            stamps_after=0,
            debt_after=0,
            staff_pin_id=None,
            store_id=shop.store_ids[getattr(shop, store)],
            user_id=shop.user_ids[user] if user else None,
            sign_in_id=None,
            on_behalf_user_id=None,
            program_id=shop.program_id,
            terms_version=1,
            occurred_at=clock.now(),
            recorded_at=clock.now(),
            ip=None,
            user_agent=None,
            **values,
        )

    def returned(self, line: TransactionRow, part: int, *, is_undone: bool) -> list[TransactionRow]:
        cents, quantity = line.purchase_amount_cents and part, line.quantity and part
        taken = {"unit": line.unit, "amount": -line.amount, "purchase_amount_cents": cents, "quantity": quantity}
        rows = [self.line(None, "hub", kind="voided", voids_id=line.id, device_id=None, **taken)]
        if is_undone:
            rows.append(self.line(None, "hub", kind="reinstated", voids_id=rows[0].id, device_id=None, **taken))
        return rows


@pytest.fixture
async def card_id(shop: Shop) -> UUID:
    return UUID((await shop.a_card())["id"])


@pytest.mark.slow
@given(drawn=lines)
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
def test_a_line_counts_for_as_much_as_was_asked_for_and_for_nothing_once_taken_back(
    shop: Shop, card_id: UUID, superuser: asyncpg.Connection, loop: asyncio.AbstractEventLoop, drawn: list[Any]
) -> None:
    async def compare() -> None:
        transaction = superuser.transaction()
        await transaction.start()
        try:
            made = list(written(Card(shop, card_id), drawn))
            await insert(superuser, [row for line, backs in made for row in (line, *backs)])
            standing = [line for line, backs in made if not await is_void(superuser, line, backs)]
            assert await counted(superuser, shop, card_id) == asked(standing, card_id)
        finally:
            await transaction.rollback()

    loop.run_until_complete(compare())


def written(card: Card, drawn: list[Any]) -> Iterator[tuple[TransactionRow, list[TransactionRow]]]:
    """Each line with what takes it back, which only sales, stamps and redemptions have."""
    for values, where, parts in drawn:
        line = card.line(**values, **where)
        kept = parts if line.kind in {"earned", "redeemed"} else []
        yield line, [row for part, is_undone in kept for row in card.returned(line, part, is_undone=is_undone)]


async def is_void(superuser: asyncpg.Connection, line: TransactionRow, backs: list[TransactionRow]) -> bool:
    """As the ledger sees it, whether it asks for the line or for a return of it."""
    is_taken_back = (await target(superuser, line)).is_void
    undone = {row.voids_id for row in backs}
    for back in (row for row in backs if row.kind == "voided" and row.id not in undone):
        returned = (await target(superuser, back)).returned
        assert returned is not None
        assert returned.is_void == is_taken_back
    return is_taken_back


def asked(lines: list[TransactionRow], card_id: UUID) -> Amounts:
    amounts: Amounts = Counter()
    for line, limit in product(lines, LIMITS):
        if use := use_of(limit, line, card_id):
            amounts[use.scope, use.subject_id, use.measure] += use.wanted
    return amounts


async def insert(superuser: asyncpg.Connection, rows: list[TransactionRow]) -> None:
    documents = [msgspec.to_builtins(row) | {"digest": "\\x00"} for row in rows]
    await superuser.execute(INSERT, msgspec.json.encode(documents).decode())


async def target(superuser: asyncpg.Connection, line: TransactionRow) -> Target:
    document = await superuser.fetchval(TARGET, line.merchant_id, line.id)
    return msgspec.json.decode(document, type=Target)


async def counted(superuser: asyncpg.Connection, shop: Shop, card_id: UUID) -> Amounts:
    """Of every subject there is, what SQL counts."""
    subjects = {
        "card": [card_id],
        "staff_pin": [shop.user_ids[name] for name in PEOPLE if name],
        "device": [device_id for device_id in DEVICES if device_id],
        "store": [shop.store_ids[getattr(shop, store)] for store in STORES],
    }
    amounts: Amounts = Counter()
    for scope, measure in product(LIMIT_SCOPES, LIMIT_MEASURES):
        for subject in subjects[scope]:
            since = clock.now() - FOREVER
            amounts[scope, subject, measure] = await superuser.fetchval(
                COUNTED, shop.merchant_id, scope, subject, measure, since
            )
    return amounts

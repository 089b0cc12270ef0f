"""Checks every promise of the ledger on every card, in ranges of cards, on one snapshot: nothing that is booked
meanwhile looks like a fault. As the application's role, so that row-level security holds here too."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.core.database import ENTER
from backend.core.ids import first_id_at
from backend.loyalty.ledger.audit.findings import Audited, Range, Totals, Violation
from backend.loyalty.ledger.audit.promises.outbox import OUTBOX
from backend.loyalty.ledger.audit.promises.statement import SAYS, STATEMENT, TOTAL

CARDS_AT_ONCE = 2000
AT_ONCE = 2
"""Ranges under way; each has a connection of its own."""
TOLD_SINCE = timedelta(days=2)
"""Events are promises, not history, and need not be kept for ever. The audits of two nights see each booking's."""
TOLD_SLACK = timedelta(minutes=1)
SECONDS_MAX = 120
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)
BEGIN = f"""
    SET LOCAL statement_timeout = '{SECONDS_MAX}s';
    SET LOCAL idle_in_transaction_session_timeout = '{SECONDS_MAX}s';
    SET LOCAL work_mem = '64MB';
    -- A range is a small part of its tables, however large they are.
    SET LOCAL enable_seqscan = off;
"""
NEXT_RANGE = """
    SELECT (array_agg(id ORDER BY id DESC))[1] AS last, count(*) AS cards
    FROM (SELECT id FROM cards WHERE merchant_id = $1 AND id > $2 ORDER BY id LIMIT $3) range
"""
CODES = "SELECT id, code FROM cards WHERE merchant_id = $1 AND id = ANY ($2)"


Note = Callable[[Range, list[Violation]], Awaitable[None]]
"""Told of each range that was looked at, and what is wrong there."""


async def audit(pool: asyncpg.Pool, merchants: Sequence[Audited], now: datetime, note: Note) -> int:
    """How many transactions it has looked at."""
    async with AsyncExitStack() as stack:
        leader = await stack.enter_async_context(_snapshot(pool, None))
        shared: str = await leader.fetchval("SELECT pg_export_snapshot()")
        others = [await stack.enter_async_context(_snapshot(pool, shared)) for _ in range(AT_ONCE)]
        lines = 0
        for merchant in merchants:
            totals = Totals()
            ranges = _ranges(leader, merchant)
            lock = asyncio.Lock()
            async with asyncio.TaskGroup() as group:
                for connection in others:
                    group.create_task(_work(connection, ranges, lock, totals, note))
            await note(Range(merchant, FIRST, LAST, 0), await check_merchant(leader, merchant, totals, now))
            lines += totals.lines
        return lines


@asynccontextmanager
async def _snapshot(pool: asyncpg.Pool, shared: str | None) -> AsyncIterator[asyncpg.Connection]:
    async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        if shared is not None:
            await connection.execute(f"SET TRANSACTION SNAPSHOT '{shared}'")
        await connection.execute(BEGIN)
        yield connection


async def _ranges(connection: asyncpg.Connection, merchant: Audited) -> AsyncIterator[Range]:
    await connection.execute(ENTER, str(merchant.id))
    after = FIRST
    while True:
        last, cards = await connection.fetchrow(NEXT_RANGE, merchant.id, after, CARDS_AT_ONCE, timeout=SECONDS_MAX)
        if not cards:
            return
        yield Range(merchant, UUID(int=after.int + 1), last, cards)
        after = last


async def _work(
    connection: asyncpg.Connection, ranges: AsyncIterator[Range], lock: asyncio.Lock, totals: Totals, note: Note
) -> None:
    while True:
        async with lock:
            cards = await anext(ranges, None)
        if cards is None:
            return
        await note(cards, await check(connection, cards, totals))


async def check(connection: asyncpg.Connection, cards: Range, totals: Totals) -> list[Violation]:
    """Every promise about the cards of a range. The connection is in a transaction of its own."""
    await connection.execute(ENTER, str(cards.merchant.id))
    rows = await connection.fetch(STATEMENT, cards.merchant.id, cards.first, cards.last, timeout=SECONDS_MAX)
    broken = []
    for row in rows:
        if row["promise"] == "totals":
            totals.add(msgspec.json.decode(row["facts"]))
        else:
            broken.append((row["promise"], row["card_id"], row["facts"]))
    return await _violations(connection, cards.merchant, broken)


async def check_merchant(
    connection: asyncpg.Connection, merchant: Audited, totals: Totals, now: datetime
) -> list[Violation]:
    """What is no single card's."""
    since = now - TOLD_SINCE
    rows = await connection.fetch(
        OUTBOX.broken, merchant.id, first_id_at(since), first_id_at(since - TOLD_SLACK), timeout=SECONDS_MAX
    )
    broken = [(OUTBOX.name, row["card_id"], row["facts"]) for row in rows]
    broken += [(TOTAL.name, None, msgspec.json.encode(facts).decode()) for facts in totals.broken()]
    return await _violations(connection, merchant, broken)


async def _violations(
    connection: asyncpg.Connection, merchant: Audited, broken: list[tuple[str, UUID | None, str]]
) -> list[Violation]:
    if not broken:
        return []
    card_ids = list({card_id for _, card_id, _ in broken if card_id})
    codes = dict(await connection.fetch(CODES, merchant.id, card_ids))
    return [
        Violation(
            invariant=promise,
            says=SAYS[promise],
            merchant=merchant.code,
            merchant_id=merchant.id,
            card_id=card_id,
            card_code=codes.get(card_id),
            facts=msgspec.json.decode(facts),
        )
        for promise, card_id, facts in broken
    ]

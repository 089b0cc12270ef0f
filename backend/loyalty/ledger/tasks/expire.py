"""Books what has expired, one card at a time. Nothing waits for it: what has expired cannot be spent from its instant
on, and the card's next booking books it too. Safe to run twice, and at once."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import structlog

from backend.core.database import within_merchant
from backend.core.origin import Origin
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.booking.tries import tries
from backend.loyalty.ledger.booking.writer import write
from backend.loyalty.ledger.problems.cards import CardBusy
from backend.loyalty.ledger.queries import find_state
from backend.loyalty.ledger.rules.expiry import idle_expiry

CHUNK = 500
IDLE_CHUNK = 5000
"""Cards looked at for inactivity in one statement; most of them are not due."""
AT_ONCE = 4
# A card with several lots that are due stands at the earliest; booking it books them all.
DUE_BY_DATE = """
    SELECT l.expires_at, l.card_id
    FROM lots l
    WHERE l.merchant_id = $1 AND l.remaining > 0 AND l.expires_at <= $2 AND (l.expires_at, l.card_id) > ($3, $4)
      AND NOT EXISTS (SELECT FROM lots e WHERE e.merchant_id = $1 AND e.card_id = l.card_id AND e.remaining > 0
                      AND e.expires_at < l.expires_at)
    GROUP BY l.expires_at, l.card_id
    ORDER BY l.expires_at, l.card_id
    LIMIT $5
"""
# The index finds cards that may have been idle for too long, a day early because a local day can have 23 hours. Whether
# they have, `rules` decides.
IDLE = """
    WITH idle AS (
      SELECT c.last_activity_at, c.id
      FROM cards c
      WHERE c.merchant_id = $1 AND c.points_balance > 0 AND (c.last_activity_at, c.id) > ($3, $4)
        AND c.last_activity_at <= $2::timestamptz - (
              SELECT make_interval(days => min(v.expiry_days) - 1) FROM terms_versions v
              WHERE v.merchant_id = $1 AND v.expiry_kind = 'inactivity')
      ORDER BY c.last_activity_at, c.id
      LIMIT $5)
    SELECT i.last_activity_at, i.id, m.timezone,
           (SELECT min(l.idle_days) FROM lots l
            WHERE l.merchant_id = $1 AND l.card_id = i.id AND l.remaining > 0
              AND NOT EXISTS (SELECT FROM lots d
                              WHERE d.merchant_id = $1 AND d.card_id = i.id AND d.remaining > 0
                                AND d.expires_at <= $2)) AS idle_days
    FROM idle i JOIN merchants m ON m.id = $1
    ORDER BY i.last_activity_at, i.id
"""
"""`idle_days` of the lot that ends first; null where there is none, or `DUE_BY_DATE` has found the card already."""
LONG_AGO, FIRST = datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0)

log = structlog.get_logger()


class TaskReport(Protocol):
    """What a run tells while it works."""

    done: int

    def count(self, what: str, times: int = 1) -> None: ...
    def fail(self, failed_id: UUID | str, reason: str) -> None: ...


async def expire_points(
    ledger: Ledger, merchants: Sequence[UUID], now: datetime, report: TaskReport, *, dry_run: bool = False
) -> None:
    """Counts `processed` cards and `expired_points`; one bad card never stops the others. A dry run books nothing."""
    run = _Run(ledger, now, report, dry_run)
    for merchant_id in merchants:
        async for chunk in due_chunks(ledger.pool, merchant_id, now):
            cards = iter(chunk)
            async with asyncio.TaskGroup() as group:
                for _ in range(AT_ONCE):
                    group.create_task(run.expire_all(merchant_id, cards))


async def due_chunks(pool: asyncpg.Pool, merchant_id: UUID, until: datetime) -> AsyncIterator[list[UUID]]:
    """Cards with something that ends by then and is not booked as expired; each once, also when it fails."""
    position: tuple[datetime, UUID] = (LONG_AGO, FIRST)
    while rows := await _fetch(pool, DUE_BY_DATE, merchant_id, until, *position, CHUNK):
        yield [row["card_id"] for row in rows]
        position = (rows[-1]["expires_at"], rows[-1]["card_id"])
    position = (LONG_AGO, FIRST)
    while rows := await _fetch(pool, IDLE, merchant_id, until, *position, IDLE_CHUNK):
        yield [row["id"] for row in rows if row["idle_days"] is not None and _idle_expiry(row) <= until]
        position = (rows[-1]["last_activity_at"], rows[-1]["id"])


def _idle_expiry(row: asyncpg.Record) -> datetime:
    return idle_expiry(row["last_activity_at"], row["idle_days"], ZoneInfo(row["timezone"]))


async def _fetch(pool: asyncpg.Pool, query: str, merchant_id: UUID, *arguments: object) -> list[asyncpg.Record]:
    async with within_merchant(pool, merchant_id) as connection:
        rows: list[asyncpg.Record] = await connection.fetch(query, merchant_id, *arguments)
        return rows


@dataclass(frozen=True, slots=True)
class _Run:
    ledger: Ledger
    now: datetime
    report: TaskReport
    dry_run: bool

    async def expire_all(self, merchant_id: UUID, cards: Iterator[UUID]) -> None:
        for card_id in cards:
            await self._expire(merchant_id, card_id)

    async def _expire(self, merchant_id: UUID, card_id: UUID) -> None:
        try:
            points = await self._book(merchant_id, card_id)
        except Exception as error:
            log.exception("expiry_failed", merchant_id=str(merchant_id), card_id=str(card_id))
            self.report.fail(card_id, f"{type(error).__name__}: see the log of this time.")
        else:
            # Nothing is left to book when a sale of this moment, or another run, was quicker.
            self.report.count("processed", 1 if points else 0)
            self.report.count("expired_points", points)
        self.report.done += 1

    async def _book(self, merchant_id: UUID, card_id: UUID) -> int:
        """How many points expire. Raises CardBusy when the card is fought over for too long."""
        origin = Origin.of_nobody(merchant_id, self.now, instance="expire_points")
        async for ends_at in tries():
            async with self.ledger.turn(card_id, until=ends_at):
                state = await find_state(self.ledger.pool, origin, card_id=card_id)
                assert state is not None, "a card is never removed"
                draft = BookingDraft(state, origin)
                expired = -sum(row.amount for row in draft.booking.transactions)
                if self.dry_run or draft.booking.is_empty:
                    return expired
                if await write(self.ledger.pool, merchant_id, draft.complete(None)):
                    self.ledger.notifier.notify()
                    return expired
        raise CardBusy

"""Books what has expired, some cards in each transaction. Nothing waits for it: what has expired cannot be spent from
its instant on, and the card's next booking books it too. Safe to run twice, and at once."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import structlog

from backend.core.database import within_merchant
from backend.core.halves import by_halves
from backend.core.origin import Origin
from backend.core.outages import server_away
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.booking.state import decode_state
from backend.loyalty.ledger.booking.tries import tries
from backend.loyalty.ledger.booking.writer import write_each
from backend.loyalty.ledger.problems.cards import CardBusy
from backend.loyalty.ledger.queries import read_states
from backend.loyalty.ledger.rules.expiry import idle_expiry

CHUNK = 500
IDLE_CHUNK = 5000
"""Cards looked at for inactivity in one statement; most of them are not due."""
TOGETHER = 50
"""Cards booked in one transaction: a till waits for less than a tenth of a second for one of them."""
ANSWERS = "SELECT 1"
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


@dataclass(frozen=True, slots=True)
class PointsExpiry:
    """Counts `processed` cards and `expired_points`; one bad card never stops the others. A dry run books nothing."""

    ledger: Ledger
    now: datetime
    report: TaskReport
    dry_run: bool = False

    async def run(self, merchants: Sequence[UUID]) -> None:
        """Books what is due. Raises what a database raises that is away: what is booked by then stays booked."""
        for merchant_id in merchants:
            async for cards in due_chunks(self.ledger.pool, merchant_id, self.now):
                await self.run_on(merchant_id, cards)

    async def run_on(self, merchant_id: UUID, cards: Sequence[UUID]) -> None:
        """Books what is due on these cards."""
        act, fail = partial(self._expire, merchant_id), partial(self._fail, merchant_id)
        for first in range(0, len(cards), TOGETHER):
            await by_halves(cards[first : first + TOGETHER], act, fail)

    async def _expire(self, merchant_id: UUID, cards: Sequence[UUID]) -> None:
        try:
            failures = await self._book(merchant_id, cards)
        except Exception as error:
            if len(cards) > 1 or server_away(error) is None:
                raise
            # A card can take longer than a statement may, too. Raises when the database is away for all of them.
            await self.ledger.pool.fetchval(ANSWERS)
            failures = {cards[0]: error}
        self.report.done += len(cards) - len(failures)
        for card_id, failure in failures.items():
            self._fail(merchant_id, card_id, failure)

    async def _book(self, merchant_id: UUID, cards: Sequence[UUID]) -> dict[UUID, Exception]:
        """Why cards failed. Those that somebody else books on at this moment are read and decided again."""
        origin = Origin.of_nobody(merchant_id, self.now, instance="expire_points")
        failures: dict[UUID, Exception] = {}
        left = list(cards)
        async for _ in tries():
            documents = await read_states(self.ledger.pool, origin, left)
            drafts = _due_drafts(documents, origin, failures)
            booked = set(drafts) if self.dry_run else await self._write(merchant_id, list(drafts.values()))
            # Nothing is left to book on the others when a sale of this moment, or another run, was quicker.
            self.report.count("processed", len(booked))
            self.report.count("expired_points", sum(_expired(drafts[card_id]) for card_id in booked))
            left = [card_id for card_id in drafts if card_id not in booked]
            if not left:
                break
        return failures | {card_id: CardBusy() for card_id in left}

    async def _write(self, merchant_id: UUID, drafts: Sequence[BookingDraft]) -> set[UUID]:
        if not drafts:
            return set()
        booked = await write_each(self.ledger.pool, merchant_id, [draft.complete(None) for draft in drafts])
        self.ledger.notifier.notify()
        return booked

    def _fail(self, merchant_id: UUID, card_id: UUID, error: Exception) -> None:
        log.error("expiry_failed", merchant_id=str(merchant_id), card_id=str(card_id), exc_info=error)
        self.report.fail(card_id, f"{type(error).__name__}: see the log of this time.")
        self.report.done += 1


def _due_drafts(
    documents: Mapping[UUID, str], origin: Origin, failures: dict[UUID, Exception]
) -> dict[UUID, BookingDraft]:
    """Of the cards on which something is due. Cards that cannot be read or decided are added to `failures`."""
    drafts = {}
    for card_id, document in documents.items():
        try:
            draft = BookingDraft(decode_state(document), origin)
        except Exception as error:  # noqa: BLE001 - it is told, with its traceback
            failures[card_id] = error
        else:
            if not draft.booking.is_empty:
                drafts[card_id] = draft
    return drafts


def _expired(draft: BookingDraft) -> int:
    return -sum(row.amount for row in draft.booking.transactions)


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

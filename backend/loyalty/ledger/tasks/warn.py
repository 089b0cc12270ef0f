"""Tells that points are about to end, two weeks before: once, and then not again before those have ended. Books
nothing. Safe to run twice, and at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import asyncpg
import structlog
from advanced_alchemy.types import DateTimeUTC
from sqlalchemy import ColumnElement, Uuid, column, or_, select, update, values
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.database import Sessions
from backend.core.events import record
from backend.core.halves import by_halves
from backend.core.origin import Origin
from backend.loyalty.cards.models import Card
from backend.loyalty.ledger.booking.state import CardState, decode_state
from backend.loyalty.ledger.events import PointsExpiring
from backend.loyalty.ledger.queries import read_states
from backend.loyalty.ledger.rules.lots import live_lots, next_expiry
from backend.loyalty.ledger.tasks.expire import CHUNK, TaskReport, due_chunks

NOTICE = timedelta(days=14)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ExpiryWarning:
    """Counts `processed` cards and `expiring_points`; one bad card never stops the others. A dry run tells nobody."""

    pool: asyncpg.Pool
    sessions: Sessions
    now: datetime
    report: TaskReport
    dry_run: bool = False

    async def run(self, merchants: Sequence[UUID]) -> None:
        for merchant_id in merchants:
            async for cards in due_chunks(self.pool, merchant_id, self.now + NOTICE):
                await self.run_on(merchant_id, cards)

    async def run_on(self, merchant_id: UUID, cards: Sequence[UUID]) -> None:
        """Warns the holders of these cards who have to be warned."""
        for first in range(0, len(cards), CHUNK):
            await self._warn(merchant_id, cards[first : first + CHUNK])

    async def _warn(self, merchant_id: UUID, chunk: Sequence[UUID]) -> None:
        async with self.sessions.committing(merchant_id) as session:
            unwarned = await session.scalars(
                select(Card.id).where(Card.id.in_(chunk), _unwarned(merchant_id, self.now))
            )
        await by_halves(list(unwarned), partial(self._warn_about, merchant_id), self._fail)

    async def _warn_about(self, merchant_id: UUID, cards: Sequence[UUID]) -> None:
        origin = Origin.of_nobody(merchant_id, self.now, instance="warn_expiring_points")
        failures: dict[UUID, Exception] = {}
        endings = _endings(await read_states(self.pool, origin, cards), self.now, failures)
        if endings and not self.dry_run:
            async with self.sessions.committing(merchant_id) as session:
                endings = await _record_warnings(session, merchant_id, endings, self.now)
        self.report.count("processed", len(endings))
        self.report.count("expiring_points", sum(ending.points for ending in endings))
        self.report.done += len(endings)
        for card_id, error in failures.items():
            self._fail(card_id, error)

    def _fail(self, card_id: UUID, error: Exception) -> None:
        log.error("expiry_warning_failed", card_id=str(card_id), exc_info=error)
        self.report.fail(card_id, f"{type(error).__name__}: see the log of this time.")


def _endings(documents: Mapping[UUID, str], now: datetime, failures: dict[UUID, Exception]) -> list[PointsExpiring]:
    """What ends next on each card. Cards that cannot be read are added to `failures`."""
    endings = []
    for card_id, document in documents.items():
        try:
            ending = find_ending(card_id, decode_state(document), now)
        except Exception as error:  # noqa: BLE001 - it is told, with its traceback
            failures[card_id] = error
        else:
            endings += [ending] if ending else []
    return endings


def find_ending(card_id: UUID, state: CardState, now: datetime) -> PointsExpiring | None:
    """What ends next on the card, if it ends within the time of notice."""
    moment = state.moment(now)
    expiring = next_expiry(live_lots(state.lots, "points", moment), moment)
    if expiring is None or expiring[0] > now + NOTICE:
        return None
    return PointsExpiring(card_id, *expiring)


async def _record_warnings(
    session: AsyncSession, merchant_id: UUID, endings: list[PointsExpiring], now: datetime
) -> list[PointsExpiring]:
    """Those that nobody else has told meanwhile."""
    ends = values(column("id", Uuid), column("ends_at", DateTimeUTC), name="ends").data(
        [(ending.card_id, ending.expires_at) for ending in endings]
    )
    claimed = await session.scalars(
        update(Card)
        .where(Card.id == ends.c.id, _unwarned(merchant_id, now))
        .values(warned_until=ends.c.ends_at)
        .returning(Card.id)
    )
    mine = set(claimed)
    claimed_endings = [ending for ending in endings if ending.card_id in mine]
    for ending in claimed_endings:
        record(session, merchant_id, ending, now)
    return claimed_endings


def _unwarned(merchant_id: UUID, now: datetime) -> ColumnElement[bool]:
    return (
        (Card.merchant_id == merchant_id)
        & (Card.state == "active")
        & or_(Card.warned_until.is_(None), Card.warned_until <= now)
    )

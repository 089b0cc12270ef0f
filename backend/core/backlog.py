"""How much waits in a queue of PostgreSQL, and since when."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

OUTBOX = """
SELECT count(*) FILTER (WHERE dead_at IS NULL) AS waiting, count(*) FILTER (WHERE dead_at IS NOT NULL) AS parked,
       min(available_at) FILTER (WHERE dead_at IS NULL) AS oldest_at
FROM outbox
"""


@dataclass(frozen=True, slots=True)
class Backlog:
    waiting: int
    oldest_at: datetime | None
    """When the oldest was due; None when nothing waits."""
    parked: int = 0
    """Given up: somebody has to decide."""

    def age_seconds(self, now: datetime) -> float:
        return max(0.0, (now - self.oldest_at).total_seconds()) if self.oldest_at else 0.0


async def read_outbox_backlog(pool: asyncpg.Pool) -> Backlog:
    row = await pool.fetchrow(OUTBOX)
    return Backlog(row["waiting"], row["oldest_at"], row["parked"])

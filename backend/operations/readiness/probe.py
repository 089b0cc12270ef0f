"""What checks read from. Several checks share one read."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from redis.asyncio import Redis

from backend.core.database import Sessions
from backend.core.keys import KeyRing
from backend.core.settings import Settings
from backend.settings.live import LiveSettings

ReadT = TypeVar("ReadT")


@dataclass(frozen=True, slots=True)
class Probe:
    settings: Settings
    pool: asyncpg.Pool
    sessions: Sessions
    redis: Redis
    keys: KeyRing
    live: LiveSettings
    now: datetime
    merchant_id: UUID | None = None
    """Of a merchant's board."""
    reads: dict[Any, asyncio.Future[Any]] = field(default_factory=dict)

    async def once(self, read: Callable[["Probe"], Awaitable[ReadT]]) -> ReadT:
        """What `read` gives. It is called once; a check that gives up leaves it to the others."""
        if read not in self.reads:
            self.reads[read] = asyncio.ensure_future(read(self))
        result: ReadT = await asyncio.shield(self.reads[read])
        return result

    @property
    def of_merchant(self) -> UUID:
        assert self.merchant_id is not None, "it is a merchant's board"
        return self.merchant_id

    async def close(self) -> None:
        """Ends reads that nobody waits for any more."""
        for read in self.reads.values():
            read.cancel()
        await asyncio.gather(*self.reads.values(), return_exceptions=True)

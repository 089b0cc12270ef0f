"""How fast, and whether at all: settled before each call to Google, for all processes together."""

from dataclasses import dataclass
from typing import Self

from redis.asyncio import Redis

from backend.core.outbound.breaker import Breaker, BreakerOpen, BreakerStopped
from backend.core.outbound.bucket import Bucket, BucketFull
from backend.wallets.google.account import Account
from backend.wallets.ports import Misconfigured, Paused

PER_SECOND, BULK_PER_SECOND = 18, 12
"""Google allows a project 20: at a nominal 20 the worst second holds 21, at 18 it holds 19."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Shared by all processes. Bulk work passes its own bucket first, so that there is always room for live calls."""

    live: Bucket
    bulk: Bucket
    breaker: Breaker

    @classmethod
    def shared(cls, redis: Redis, account: Account) -> Self:
        return cls(
            live=Bucket(redis, "google:live", PER_SECOND),
            bulk=Bucket(redis, "google:bulk", BULK_PER_SECOND),
            breaker=Breaker(redis, "google", mark=account.mark),
        )

    async def enter(self) -> None:
        """Raises Paused or Misconfigured while nobody may call."""
        try:
            await self.breaker.enter()
        except BreakerOpen as error:
            raise Paused("breaker_open", "Google has not answered lately.", error.retry_after) from error
        except BreakerStopped as error:
            raise Misconfigured(
                "stopped", "Google refuses us; every ten minutes one call tries, `orion wallets check` at once."
            ) from error

    async def turn(self, *, is_bulk: bool) -> None:
        """Right before a request goes out. Raises Paused when too many wait already."""
        try:
            if is_bulk:
                await self.bulk.wait()
            await self.live.wait()
        except BucketFull as error:
            raise Paused("rate_limited", "Too many calls are waiting for Google.", error.wait_seconds) from error

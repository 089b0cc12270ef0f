"""Rate limit and breaker of calls to Google, shared by all processes."""

from dataclasses import dataclass
from typing import Self

from redis.asyncio import Redis

from backend.core.outbound.breaker import Breaker, BreakerOpen, BreakerStopped
from backend.core.outbound.bucket import Bucket, BucketFull
from backend.wallets.google.account import Account
from backend.wallets.ports import Misconfigured, Paused

PER_SECOND, BULK_PER_SECOND = 18, 12
"""Google allows a project 20. With a limit of 20 the worst second has 21 calls, with 18 it has 19."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Bulk calls pass their own bucket first, so that single calls always have capacity left."""

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
        """Raises Paused or Misconfigured while calls are not allowed."""
        try:
            await self.breaker.enter()
        except BreakerOpen as error:
            raise Paused("breaker_open", "Google has not answered lately.", error.retry_after) from error
        except BreakerStopped as error:
            raise Misconfigured(
                "stopped", "Google refuses us; every ten minutes one call tries, `orion wallets check` at once."
            ) from error

    async def turn(self, *, is_bulk: bool) -> None:
        """Waits for capacity, right before a request. Raises Paused when too many calls wait already."""
        try:
            if is_bulk:
                await self.bulk.wait()
            await self.live.wait()
        except BucketFull as error:
            raise Paused("rate_limited", "Too many calls are waiting for Google.", error.wait_seconds) from error

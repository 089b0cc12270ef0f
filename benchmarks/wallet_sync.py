"""Measures the cost of the hourly run over all passes that are out of date, without the delay of the quota.

Runs in its own process with the worker's event loop. Rate limit and circuit breaker use Redis as always; only the
permitted rate is too high to matter. Writes the outcome to standard output, as JSON.
"""

import os
import sys
import time
from dataclasses import dataclass, field, fields
from uuid import UUID

import msgspec
import structlog
import uvloop
from redis.asyncio import Redis

from backend.core.outbound.bucket import Bucket
from backend.core.settings import load_settings
from backend.services import open_services
from backend.wallets.catch_up import catch_up
from backend.wallets.due import SyncScope
from backend.wallets.google.open import Google
from backend.wallets.google.pace import Pace
from backend.wallets.outcomes import AttemptOutcome
from backend.wallets.ports import Provider
from backend.wallets.sync import WalletSync
from benchmarks.load import Outcome

PER_SECOND = 100_000


@dataclass(frozen=True)
class Timed(WalletSync):
    latencies: list[float] = field(default_factory=list)
    """Seconds from requesting the lease to releasing it."""

    async def sync_card(self, merchant_id: UUID, card_id: UUID, name: Provider) -> AttemptOutcome:
        started = time.perf_counter()
        result = await super().sync_card(merchant_id, card_id, name)
        self.latencies.append(time.perf_counter() - started)
        return result


class Moments:
    """The report of a run: when each card was finished, in seconds since the start, and what failed."""

    def __init__(self) -> None:
        self.done = 0
        self.total: int | None = None
        self.answered_at: list[float] = []
        self.failures: dict[str, int] = {}
        self._started = time.perf_counter()

    def count(self, what: str, times: int = 1) -> None:
        if what == "synced":
            self.answered_at.append(time.perf_counter() - self._started)
        elif what != "processed":
            self.failures[what] = self.failures.get(what, 0) + times

    def fail(self, failed_id: UUID | str, reason: str) -> None:
        self.count(f"{failed_id}: {reason}")


async def run() -> Outcome:
    async with open_services(load_settings()) as services:
        assert services.google is not None, "the setup has a Google"
        services.google.wallet.client.pace = without_delay(services.redis, services.google)
        sync = Timed(*(getattr(services.wallet_sync, each.name) for each in fields(WalletSync)))
        before = sum(os.times()[:2])
        moments = Moments()
        await catch_up(sync, SyncScope(), moments)
        cpu = sum(os.times()[:2]) - before
    return Outcome(moments.answered_at, sync.latencies, moments.failures, cpu)


def without_delay(redis: Redis, google: Google) -> Pace:
    """As in production, but with a rate that never delays."""
    live, bulk = (Bucket(redis, f"benchmark:{name}", PER_SECOND) for name in ("live", "bulk"))
    return Pace(live=live, bulk=bulk, breaker=google.breaker)


def main() -> None:
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()], logger_factory=structlog.PrintLoggerFactory(sys.stderr)
    )
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(run())))


if __name__ == "__main__":
    main()

"""The wallet benchmarks: Apple passes against their signature, Google sync against plain PATCH requests, the quota, and
the time until both phones show a booking.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec
from rich.console import Console

from backend.dev.sandbox.google.faults import PER_SECOND
from backend.wallets.catch_up import PUSHES_MAX
from benchmarks.comparison import Comparison
from benchmarks.freshness import BOOKINGS, BOOKINGS_QUICK, Freshness, measure_freshness
from benchmarks.google_double import LATENCY_SECONDS
from benchmarks.load import Outcome
from benchmarks.measurement import Measurement, Sample, run_driver, sample
from benchmarks.passes import OURS, SIGNATURE, STOCK, measure_passes
from benchmarks.quota import Quota, measure_quota
from benchmarks.wallet_limit import LimitPlan
from benchmarks.wallet_setup import WalletSetup, mark_out_of_date, open_wallet_setup, verify_passes

CARDS, CARDS_QUICK = 10_000, 1_500
"""Of a sync, in a full run and in a quick run."""
LIMIT_CARDS = 2_000
SYNC, BARE, QUOTA = "sync with Google", "PATCHes to Google", "the workers' worst second"
OUTBOX, PHONES = "booking to outbox empty, p95", "booking to both phones, p95"
IDEAL, ALLOWED, A_SECOND, TWO_SECONDS = "the ideal", "the quota", "a second", "two seconds"
COMPARISONS = (
    Comparison(OURS, SIGNATURE, SIGNATURE, 0.60),
    Comparison(OURS, STOCK, STOCK, None),
    Comparison(SYNC, BARE, f"the PATCHes alone, by httpx, {PUSHES_MAX} at once", 0.50),
    Comparison(SYNC, IDEAL, f"{PUSHES_MAX} at once, {LATENCY_SECONDS * 1000:.0f} ms each", None),
    Comparison(QUOTA, ALLOWED, f"the {PER_SECOND} calls that Google allows", 1.0, at_most=True),
    Comparison(OUTBOX, A_SECOND, "the second promised", 1.0, at_most=True),
    Comparison(PHONES, TWO_SECONDS, "the two seconds promised", 1.0, at_most=True),
)


class Wallets(msgspec.Struct):
    samples: dict[str, list[Sample]] = {}
    passes: dict[str, list[float]] = {}
    """Rates per second of processor time, by kind, one per round."""
    quota: Quota | None = None
    freshness: Freshness | None = None

    @property
    def rates(self) -> dict[str, list[float]]:
        fixed = {
            IDEAL: [PUSHES_MAX / LATENCY_SECONDS],
            ALLOWED: [float(PER_SECOND)],
            A_SECOND: [1.0],
            TWO_SECONDS: [2.0],
        }
        worst = {QUOTA: [float(self.quota.worst_second)]} if self.quota else {}
        return fixed | worst | self._waits() | self.passes

    def _waits(self) -> dict[str, list[float]]:
        if self.freshness is None:
            return {}
        return {OUTBOX: [self.freshness.outbox_empty.p95], PHONES: [self.freshness.both_phones.p95]}


def measure_wallets(
    folder: Path, rounds: int, wanted: Callable[[str], bool], console: Console, *, is_whole: bool
) -> Wallets:
    """A sync is one long run between two runs of its limit; signing is measured in rounds."""
    results = Wallets()
    if any(map(wanted, (OURS, SIGNATURE, STOCK))):
        console.print("Passes for Apple …")
        results.passes = measure_passes(rounds)
    cards = CARDS if is_whole else CARDS_QUICK
    if any(map(wanted, (SYNC, BARE, QUOTA))):
        with open_wallet_setup(folder / "wallets", cards) as setup:
            if wanted(SYNC) or wanted(BARE):
                console.print(f"Sync of {cards} cards with Google …")
                results.samples = _synced(setup, cards)
            if wanted(QUOTA):
                console.print("Within Google's quota …")
                results.quota = measure_quota(setup)
    if any(map(wanted, (OUTBOX, PHONES))):
        console.print("From bookings to phones …")
        results.freshness = measure_freshness(folder / "phones", BOOKINGS if is_whole else BOOKINGS_QUICK)
    return results


def _synced(setup: WalletSetup, cards: int) -> dict[str, list[Sample]]:
    setup.google.start_over(has_quota=False)
    limit = LimitPlan(min(cards, LIMIT_CARDS), PUSHES_MAX)
    bare = Measurement(BARE, lambda _: run_driver("benchmarks.wallet_limit", limit, dict(setup.environment)))
    sync = Measurement(SYNC, lambda _: _sync(setup, cards), warm_up=0)
    before, synced, after = (sample(setup.pids, each) for each in (bare, sync, bare))
    return {BARE: [before, after], SYNC: [synced]}


def _sync(setup: WalletSetup, cards: int) -> Outcome:
    asyncio.run(mark_out_of_date(setup, cards))
    setup.google.start_over(has_quota=False)  # the limit has updated the passes
    outcome = run_driver("benchmarks.wallet_sync", None, dict(setup.environment))
    verify_passes(setup, cards)
    return outcome

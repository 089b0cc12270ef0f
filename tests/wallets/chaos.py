"""Tills that book while workers update, until every pass is right."""

import asyncio
import random
from collections.abc import Callable

from backend.loyalty.ledger.operations.adjust import AdjustPoints
from backend.loyalty.ledger.schemas.bookings import Adjustment
from backend.operations.task_runs.actions import Progress
from backend.wallets import leases
from backend.wallets.catch_up import catch_up
from backend.wallets.due import SyncScope
from tests.doubles.phone import Killed
from tests.wallets.conftest import Wallet
from tests.world.till import Card

BOOKINGS, ROUNDS_MAX = 100, 30
DIRTY = """
    SELECT l.card_id FROM wallet_links l JOIN cards c ON c.merchant_id = l.merchant_id AND c.id = l.card_id
    WHERE l.merchant_id = $1 AND c.wallet_version > l.synced_version
"""


async def catch_up_until_clean(wallet: Wallet) -> None:
    for _ in range(ROUNDS_MAX):
        await asyncio.sleep(leases.LEASE.total_seconds())
        if not await catch_up_once(wallet):
            break
    assert await dirty(wallet) == set()


async def trade(wallet: Wallet, cards: list[Card], chance: random.Random, go_away: Callable[[bool], None]) -> None:
    """Two tills book while workers update; in the middle the provider is away for a while."""
    jobs: list[asyncio.Task[None]] = []
    worker = asyncio.Semaphore(10)
    for number in range(BOOKINGS):
        go_away(BOOKINGS // 3 < number < BOOKINGS // 2)
        first, second = chance.sample(cards, 2)
        await asyncio.gather(*(book(wallet, card, chance.randint(1, 9)) for card in (first, second)))
        # One job in twenty is lost.
        jobs += [asyncio.create_task(job(wallet, card, worker)) for card in (first, second) if chance.random() > 0.05]
    await asyncio.gather(*jobs)


async def book(wallet: Wallet, card: Card, points: int) -> None:
    await wallet.shop.book(AdjustPoints(Adjustment(points=points, reason="Chaos")), card)


async def job(wallet: Wallet, card: Card, worker: asyncio.Semaphore) -> None:
    """As the worker does it. A killed one does not end its lease."""
    while True:
        try:
            async with worker:
                result = await wallet.update(card)
        except Killed:
            return
        if result.retry_in is None:
            return
        await asyncio.sleep(result.retry_in)


async def catch_up_once(wallet: Wallet) -> bool:
    """Whether something is left to do, or the run was killed. The run has reported all passes that are out of date."""
    progress = Progress()
    try:
        await catch_up(wallet.sync, SyncScope(wallet.shop.merchant_id), progress)
    except BaseExceptionGroup as killed:
        assert killed.subgroup(lambda error: not isinstance(error, BaseExceptionGroup | Killed)) is None
        return True
    left = await dirty(wallet)
    assert left == set(progress.failures) or progress.counts["postponed"]
    return bool(left)


async def dirty(wallet: Wallet) -> set[str]:
    rows = await wallet.superuser.fetch(DIRTY, wallet.shop.merchant_id)
    return {str(row["card_id"]) for row in rows}

"""The nightly count of customers, of all merchants."""

from datetime import datetime

import structlog
from sqlalchemy import select

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.outages import server_away
from backend.loyalty.retention.actions import CustomerCounting
from backend.merchants.models import Merchant
from backend.operations.task_runs.actions import Progress, run_now
from backend.operations.task_runs.models import TaskRun

COUNT_CUSTOMERS = "count_customers"
LOSING, FEW_NEW = "merchants_losing_customers", "merchants_with_few_new_cards"
"""Counts of the run, which the metrics show. Merchants for trying out are not among them."""

log = structlog.get_logger()


async def count_customers(sessions: Sessions, run: TaskRun | None = None) -> TaskRun:
    """A merchant whose customers cannot be counted is a failure of the run; the others are counted."""
    now = clock.now()
    async with sessions.committing() as session:
        merchants = list(await session.scalars(select(Merchant).order_by(Merchant.id)))

    async def work(progress: Progress) -> None:
        progress.total = len(merchants)
        progress.counts.update({LOSING: 0, FEW_NEW: 0})
        for merchant in merchants:
            try:
                await _count_merchant(sessions, merchant, now, progress)
            except Exception as error:
                if server_away(error):
                    raise
                log.exception("customers_not_counted", merchant_id=str(merchant.id))
                progress.fail(merchant.id, f"{type(error).__name__}: see the log of this time.")
            progress.done += 1

    return await run_now(sessions, COUNT_CUSTOMERS, work, run=run)


async def _count_merchant(sessions: Sessions, merchant: Merchant, now: datetime, progress: Progress) -> None:
    figures = await CustomerCounting(sessions, merchant.id, now).run()
    if not merchant.is_test:
        progress.count(LOSING, figures.is_losing_customers)
        progress.count(FEW_NEW, figures.has_few_new_cards)

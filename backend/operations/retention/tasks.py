"""The nightly count of customers, of all merchants."""

from sqlalchemy import select

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.loyalty.retention.actions import CustomerCounting
from backend.merchants.models import Merchant
from backend.operations.task_runs.actions import Progress, run_now
from backend.operations.task_runs.models import TaskRun

COUNT_CUSTOMERS = "count_customers"
LOSING, FEW_NEW = "merchants_losing_customers", "merchants_with_few_new_cards"
"""Counts of the run, which the metrics show. Merchants for trying out are not among them."""


async def count_customers(sessions: Sessions, run: TaskRun | None = None) -> TaskRun:
    now = clock.now()
    async with sessions.committing() as session:
        merchants = list(await session.scalars(select(Merchant).order_by(Merchant.id)))

    async def work(progress: Progress) -> None:
        progress.total = len(merchants)
        progress.counts.update({LOSING: 0, FEW_NEW: 0})
        for merchant in merchants:
            figures = await CustomerCounting(sessions, merchant.id, now).run()
            if not merchant.is_test:
                progress.count(LOSING, figures.is_losing_customers)
                progress.count(FEW_NEW, figures.has_few_new_cards)
            progress.done += 1

    return await run_now(sessions, COUNT_CUSTOMERS, work, run=run)

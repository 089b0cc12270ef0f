"""Checks of the wallets whose results are kept, so that pages show them without calling Google and Apple."""

from datetime import timedelta

from redis.asyncio import Redis
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.settings import Settings
from backend.operations.task_runs.actions import Progress, run_now
from backend.operations.task_runs.models import TaskRun
from backend.operations.wallets.status import WalletChecks, check_wallets
from backend.wallets.apple.open import Apple
from backend.wallets.open import configured_wallets
from backend.wallets.ports import Provider
from i18n.locales import SOURCE_LANGUAGE

CHECK_WALLETS = "check_wallets"
EVERY = timedelta(hours=1)


async def run_wallet_checks(sessions: Sessions, settings: Settings, redis: Redis, apple: Apple | None) -> None:
    """Calls those that are configured and keeps the outcome, unless they have been checked within the hour."""
    configured = configured_wallets(settings)
    async with sessions.committing() as session:
        last = await find_last_check(session)
    is_recent = last is not None and clock.now() - last.created_at < EVERY
    if configured and not (last and is_recent and all(has_checked(last, provider) for provider in configured)):
        await keep_checks(sessions, await check_wallets(settings, redis, clock.now(), apple=apple))


async def keep_checks(sessions: Sessions, checks: WalletChecks) -> None:
    """As a run whose failures are the steps that failed."""

    async def work(progress: Progress) -> None:
        for provider, steps in (("google", checks.google), ("apple", checks.apple)):
            progress.count(f"{provider}_steps", len(steps))
            for step in steps:
                if step.outcome == "failed":
                    progress.fail(f"{provider}.{step.name}", step.text(SOURCE_LANGUAGE))

    await run_now(sessions, CHECK_WALLETS, work)


async def find_last_check(session: AsyncSession) -> TaskRun | None:
    ended = select(TaskRun).where(TaskRun.name == CHECK_WALLETS, TaskRun.finished_at.is_not(None))
    run: TaskRun | None = await session.scalar(ended.order_by(TaskRun.created_at.desc()).limit(1))
    return run


def failures_of(run: TaskRun, provider: Provider) -> list[str]:
    return [reason for step, reason in run.failures.items() if step.startswith(f"{provider}.")]


def has_checked(run: TaskRun, provider: str) -> bool:
    return bool(run.counts.get(f"{provider}_steps"))

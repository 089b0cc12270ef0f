"""Verification of all chains of audit entries, as a task run and for the command line."""

import asyncpg
import structlog
from sqlalchemy import select

from backend.audit.chains import PLATFORM, Chain, note_report, verify
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.merchants.models import Merchant
from backend.operations.task_runs.actions import Progress, run_now
from backend.operations.task_runs.models import TaskRun

VERIFY_AUDIT = "verify_audit"

log = structlog.get_logger()


async def list_chains(sessions: Sessions) -> list[Chain]:
    """The platform's, then those of all merchants."""
    merchants = select(Merchant.id, Merchant.code).order_by(Merchant.id)
    async with sessions.committing() as session:
        return [PLATFORM, *(Chain(row[0], row[1]) for row in await session.execute(merchants))]


async def verify_audit(pool: asyncpg.Pool, sessions: Sessions, run: TaskRun | None = None) -> TaskRun:
    """Verifies every chain and keeps each outcome beside its head.

    The log line of each chain names its head. Where the log is kept out of reach of the database's owner, it proves
    later that nothing up to that entry was exchanged or cut off.
    """
    chains = await list_chains(sessions)

    async def work(progress: Progress) -> None:
        progress.total = len(chains)
        progress.counts.update(entries=0, broken=0)
        for chain in chains:
            report = await verify(pool, chain)
            await note_report(pool, chain, report, clock.now())
            progress.done += 1
            progress.count("entries", report.entries)
            if report.fault is None:
                log.info("audit_chain_intact", chain=chain.code, entries=report.entries, head=report.head)
                continue
            progress.count("broken")
            progress.fail(chain.merchant_id or chain.code, report.sentence)
            log.error("audit_chain_broken", chain=chain.code, seq=report.faulty_seq, fault=report.fault)

    return await run_now(sessions, VERIFY_AUDIT, work, run=run)

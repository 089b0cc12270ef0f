"""The audit of the whole ledger, as a command and as a task run."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import structlog
from sqlalchemy import func, select

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.loyalty.cards.models import Card
from backend.loyalty.ledger.audit.actions import audit
from backend.loyalty.ledger.audit.findings import Audited, Range, Violation
from backend.loyalty.ledger.audit.freeze import freeze
from backend.merchants.models import Merchant
from backend.operations.task_runs.actions import Progress, run_now
from backend.operations.task_runs.models import TaskRun

AUDIT_LEDGER = "audit_ledger"
VIOLATIONS_MAX = 1000
"""Violations kept in the result; further ones are only counted."""

log = structlog.get_logger()


async def audited(sessions: Sessions, merchant_id: UUID | None = None) -> list[Audited]:
    """The merchants to audit: one, or all."""
    query = select(Merchant.id, Merchant.code).order_by(Merchant.id)
    if merchant_id is not None:
        query = query.where(Merchant.id == merchant_id)
    async with sessions.committing() as session:
        return [Audited(row[0], row[1]) for row in await session.execute(query)]


@dataclass(slots=True)
class AuditResult:
    merchants: int = 0
    cards: int = 0
    transactions: int = 0
    seconds: float = 0.0
    violation_counts: Counter[str] = field(default_factory=Counter)
    """By invariant."""
    violations: list[Violation] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not self.violation_counts

    def add(self, cards: Range, violations: Sequence[Violation]) -> None:
        self.cards += cards.cards
        self.violation_counts.update(broken.invariant for broken in violations)
        self.violations += violations[: VIOLATIONS_MAX - len(self.violations)]


async def look_at_ledger(
    pool: asyncpg.Pool, merchants: Sequence[Audited], on_checked: Callable[[int], None] = lambda _: None
) -> AuditResult:
    """Changes nothing. `on_checked` is called with the number of cards of each checked range."""
    result, started = AuditResult(merchants=len(merchants)), time.perf_counter()

    async def collect(cards: Range, violations: list[Violation]) -> None:
        result.add(cards, violations)
        on_checked(cards.cards)

    result.transactions = await audit(pool, merchants, clock.now(), collect)
    result.seconds = round(time.perf_counter() - started, 1)
    return result


async def audit_ledger(pool: asyncpg.Pool, sessions: Sessions, run: TaskRun | None = None) -> TaskRun:
    """Audits every merchant. Freezes redemption on each card with a violation; repairs nothing."""
    merchants = await audited(sessions)

    async def work(progress: Progress) -> None:
        progress.total = await count_cards(sessions, merchants)
        result = AuditResult(merchants=len(merchants))

        async def collect(cards: Range, violations: list[Violation]) -> None:
            result.add(cards, violations)
            progress.done += cards.cards
            if violations:
                progress.count("frozen", await freeze(sessions, cards.merchant.id, violations, clock.now()))
            for broken in violations:
                _alarm(progress, broken)

        transactions = await audit(pool, merchants, clock.now(), collect)
        totals = {"transactions": transactions, "violations": result.violation_counts.total()}
        progress.counts.update(cards=result.cards, **totals, **result.violation_counts)

    return await run_now(sessions, AUDIT_LEDGER, work, run=run)


async def count_cards(sessions: Sessions, merchants: Sequence[Audited]) -> int:
    total = 0
    for merchant in merchants:
        async with sessions.committing(merchant.id) as session:
            total += await session.scalar(select(func.count(Card.id)).where(Card.merchant_id == merchant.id)) or 0
    return total


def _alarm(progress: Progress, broken: Violation) -> None:
    progress.fail(broken.card_id or broken.merchant_id, f"{broken.invariant} is broken")
    log.error(
        "ledger_violation",
        invariant=broken.invariant,
        merchant=broken.merchant,
        card_id=str(broken.card_id) if broken.card_id else None,
        facts=broken.facts,
    )


def audit_facts(result: AuditResult) -> dict[str, Any]:
    """The result as JSON for the command line."""
    return {
        "merchants": result.merchants,
        "cards": result.cards,
        "transactions": result.transactions,
        "seconds": result.seconds,
        "violations_by_invariant": dict(result.violation_counts),
        "violations": msgspec.to_builtins(result.violations),
    }

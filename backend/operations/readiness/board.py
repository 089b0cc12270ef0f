"""Runs checks side by side. One that hangs or fails is unknown, and keeps nobody waiting."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import structlog

from backend.core.sentence import say
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.schemas import ReadinessRow
from backend.operations.readiness.verdicts import DETAILS_MAX, RowVerdict
from i18n.translator import N_, get_translator

AT_ONCE = 4
"""Checks that run side by side: fewer than a process has connections."""
SILENT = N_("The check did not end in time.")
BROKEN = N_("The check failed (%(reason)s).")
LOOK_AGAIN = N_("Look again in a minute. If it stays, the log of the backend says more.")

log = structlog.get_logger()


class Patience(NamedTuple):
    """In seconds, for each check and for all of them."""

    check: float
    board: float


OF_A_PAGE = Patience(3.0, 6.0)
"""A page waits a second longer for the API."""
OF_A_COMMAND = Patience(20.0, 60.0)


class Check(NamedTuple):
    name: str
    group: str
    title: str
    look: Callable[[Probe], Awaitable[RowVerdict]]
    page: str = ""
    runbook: str = ""
    """Path below the source code, with the heading that helps."""


async def run_checks(
    probe: Probe, checks: Sequence[Check], language: str, patience: Patience = OF_A_PAGE
) -> list[ReadinessRow]:
    """A row for each check, in their order."""
    turns = asyncio.Semaphore(AT_ONCE)
    running = [asyncio.create_task(_look(probe, check, turns, patience.check)) for check in checks]
    try:
        await asyncio.wait(running, timeout=patience.board)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await probe.close()
    found = [_silent() if task.cancelled() else task.result() for task in running]
    return [_row(check, verdict, language) for check, verdict in zip(checks, found, strict=True)]


async def _look(probe: Probe, check: Check, turns: asyncio.Semaphore, seconds: float) -> RowVerdict:
    async with turns:
        try:
            async with asyncio.timeout(seconds):
                return await check.look(probe)
        except TimeoutError:
            log.warning("readiness_check_silent", check=check.name)
            return _silent()
        except Exception as error:
            log.warning("readiness_check_failed", check=check.name, error=type(error).__name__, exc_info=error)
            return RowVerdict("unknown", say(BROKEN, reason=type(error).__name__), step=say(LOOK_AGAIN))


def _silent() -> RowVerdict:
    return RowVerdict("unknown", say(SILENT), step=say(LOOK_AGAIN))


def _row(check: Check, verdict: RowVerdict, language: str) -> ReadinessRow:
    details = verdict.details[:DETAILS_MAX]
    return ReadinessRow(
        name=check.name,
        group=check.group,
        title=get_translator(language).gettext(check.title),
        state=verdict.state,
        evidence=verdict.evidence.in_language(language),
        at=verdict.at,
        details=[each if isinstance(each, str) else each.in_language(language) for each in details],
        next_step=verdict.step.in_language(language) if verdict.step else "",
        command=verdict.command,
        page=verdict.page or check.page,
        runbook=check.runbook,
    )

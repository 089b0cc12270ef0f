"""Google Wallet and Apple Wallet: files as they are now, and the last check that called them. Calls nobody itself."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from backend.core.sentence import Sentence, say
from backend.operations.readiness.probe import Probe
from backend.operations.readiness.verdicts import RowVerdict
from backend.operations.task_runs.models import TaskRun
from backend.operations.wallets.check_runs import failures_of, find_last_check, has_checked
from backend.operations.wallets.status import PASSES
from backend.wallets.apple.certificates import inspect
from backend.wallets.google.account import KEY_AGE_MAX, AccountError, read_account
from backend.wallets.open import configured_wallets
from backend.wallets.ports import Provider
from i18n.locales import SOURCE_LANGUAGE
from i18n.translator import N_, NN_

BLOCKS_AT_DAYS, WARNS_AT_DAYS = 7, 30
CHECK_OLD = timedelta(hours=3)
"""The workers check once an hour."""
BEHIND_SECONDS = 60 * 60
"""The hourly run has passed."""
CHECK_NOW = "orion wallets check"

NOT_CONFIGURED = N_("Not configured: nobody is offered this wallet.")
LOST = NN_(
    "Not configured, though %(count)s card is in this wallet and no longer updated.",
    "Not configured, though %(count)s cards are in this wallet and no longer updated.",
)
RESTORE = N_("Put the settings and files back, and restart.")
FILE_FAULT = N_("Its files cannot be used: %(reason)s")
EXPIRES = NN_("The certificate expires in %(days)s day.", "The certificate expires in %(days)s days.")
EXPIRED = N_("The certificate has expired.")
REPLACE = N_("Replace it as the runbook says, then restart.")
KEY_OLD = NN_("The key is %(days)s day old.", "The key is %(days)s days old.")
NEVER_CHECKED = N_("Configured, and not checked yet.")
CHECKED_LONG_AGO = N_("The last check is old: no worker has checked since.")
REFUSED = NN_("%(count)s step of the last check failed.", "%(count)s steps of the last check failed.")
WORKS = N_("All steps of the last check worked.")
CHECK_AGAIN = N_("Check now; the page or the command does it.")
FIX_STEP = N_("Fix the step, then check again.")
ALL_RIGHT = N_("Passes up to date: %(ready)s. Waiting: %(waiting)s. Refused: %(refused)s.")
CATCH_UP = N_("Bring the passes up to date; what fails is named with its reason.")


class FileState(NamedTuple):
    """Of the files on this machine."""

    fault: str = ""
    days_left: int | None = None
    """Of Apple’s certificates."""
    key_age_days: int | None = None
    """Of Google’s key."""


async def read_passes(probe: Probe) -> dict[str, tuple[int, int, int, datetime | None]]:
    """By provider: active, out of date, refused, and since when the oldest waits."""
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in await probe.pool.fetch(PASSES)}


async def read_last_check(probe: Probe) -> TaskRun | None:
    async with probe.sessions.committing() as session:
        return await find_last_check(session)


def look_at_wallet(provider: Provider) -> Callable[[Probe], Awaitable[RowVerdict]]:
    async def look(probe: Probe) -> RowVerdict:
        passes = (await probe.once(read_passes)).get(provider)
        if provider not in configured_wallets(probe.settings):
            return judge_unconfigured(passes[0] if passes else 0)
        read = _google_file if provider == "google" else _apple_files
        files = await asyncio.to_thread(read, probe)
        return judge_wallet(provider, files, await probe.once(read_last_check), probe.now)

    return look


def judge_unconfigured(cards: int) -> RowVerdict:
    if cards:
        return RowVerdict("blocks", say(LOST, count=cards), step=say(RESTORE))
    return RowVerdict("ok", say(NOT_CONFIGURED))


def judge_wallet(provider: Provider, files: FileState, check: TaskRun | None, now: datetime) -> RowVerdict:
    if files.fault:
        return RowVerdict("blocks", say(FILE_FAULT, reason=files.fault), step=say(REPLACE), command=CHECK_NOW)
    if files.days_left is not None and files.days_left <= BLOCKS_AT_DAYS:
        return RowVerdict("blocks", _expiry(files.days_left), step=say(REPLACE))
    verdict = _judge_check(provider, check, now)
    if verdict.state == "blocks":
        return verdict
    if files.days_left is not None and files.days_left <= WARNS_AT_DAYS:
        return RowVerdict("warning", _expiry(files.days_left), step=say(REPLACE))
    if files.key_age_days is not None and files.key_age_days >= KEY_AGE_MAX.days:
        return RowVerdict("warning", say(KEY_OLD, days=files.key_age_days), step=say(REPLACE))
    return replace(verdict, details=_figures(files))


def _judge_check(provider: Provider, check: TaskRun | None, now: datetime) -> RowVerdict:
    if check is None or check.finished_at is None or not has_checked(check, provider):
        return RowVerdict("warning", say(NEVER_CHECKED), step=say(CHECK_AGAIN), command=CHECK_NOW)
    if failures := failures_of(check, provider):
        evidence = say(REFUSED, count=len(failures))
        return RowVerdict("blocks", evidence, check.finished_at, failures, say(FIX_STEP), CHECK_NOW)
    if check.finished_at < now - CHECK_OLD:
        return RowVerdict("warning", say(CHECKED_LONG_AGO), check.finished_at, step=say(CHECK_AGAIN), command=CHECK_NOW)
    return RowVerdict("ok", say(WORKS), check.finished_at)


def _expiry(days_left: int) -> Sentence:
    return say(EXPIRES, days=days_left) if days_left >= 0 else say(EXPIRED)


def _figures(files: FileState) -> list[Sentence]:
    if files.days_left is not None:
        return [_expiry(files.days_left)]
    return [say(KEY_OLD, days=files.key_age_days)] if files.key_age_days is not None else []


def _google_file(probe: Probe) -> FileState:
    try:
        account = read_account(probe.settings)
    except AccountError as error:
        return FileState(fault=str(error))
    return FileState(key_age_days=account.key_age_days(probe.now) if account else None)


def _apple_files(probe: Probe) -> FileState:
    certificates, steps = inspect(probe.settings, probe.now)
    failed = next((step for step in steps if step.outcome == "failed"), None)
    days_left = certificates.days_left(probe.now) if certificates else None
    has_ended = days_left is not None and days_left < 0
    fault = failed.text(SOURCE_LANGUAGE) if failed is not None and not has_ended else ""
    return FileState(fault=fault, days_left=days_left)


async def look_at_passes(probe: Probe) -> RowVerdict:
    return judge_passes(list((await probe.once(read_passes)).values()), probe.now)


def judge_passes(passes: list[tuple[int, int, int, datetime | None]], now: datetime) -> RowVerdict:
    active, behind, refused = (sum(each[index] for each in passes) for index in range(3))  # type: ignore[misc]
    oldest_at = min((each[3] for each in passes if each[3]), default=None)
    evidence = say(ALL_RIGHT, ready=active - behind, waiting=behind, refused=refused)
    is_behind = oldest_at is not None and (now - oldest_at).total_seconds() > BEHIND_SECONDS
    if is_behind or refused:
        return RowVerdict("warning", evidence, oldest_at, step=say(CATCH_UP), command="orion wallets sync")
    return RowVerdict("ok", evidence, oldest_at)

"""Finds certificates that expire soon and keys that are old."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import structlog

from backend.core.clock import clock
from backend.core.settings import Settings
from backend.operations.task_runs.actions import Progress
from backend.wallets.apple.certificates import SIGNER, WWDR, PassCertificates, inspect
from backend.wallets.apple.certificates import is_configured as has_apple
from backend.wallets.google.account import KEY_AGE_MAX, Account, AccountError, read_account
from backend.wallets.google.account import is_configured as has_google
from backend.wallets.google.checks import account_fault
from backend.wallets.metrics import CERTIFICATE_ENDS, KEY_MADE
from backend.wallets.ports import CheckStep
from i18n.locales import SOURCE_LANGUAGE

CHECK_CERTIFICATES = "check_wallet_certificates"
WARN_AT_DAYS = (60, 30, 14, 7)
APPLE, GOOGLE = "apple_certificate", "google_key"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Alarm:
    """A problem with a certificate or a key that an operator has to fix."""

    what: str
    """Its name in the run: `apple_certificate` or `google_key`."""
    kind: Literal["ending", "ended", "old", "fault"]
    occasion: str
    """Differs for each threshold and for each certificate or key."""
    reason: str
    """In English, for the run and the log."""
    file: str = ""
    day: date | None = None
    """When it expires or has expired."""
    days: int = 0
    """Days left, or age in days."""
    step: CheckStep | None = None
    """For a fault: what is wrong."""


def check_certificates(settings: Settings, progress: Progress) -> list[Alarm]:
    """Reads the files anew. Each alarm is a failure of the run and a line in the log; the metrics get the dates."""
    now = clock.now()
    results = [_check_apple(settings, progress, now), _check_google(settings, progress, now)]
    alarms = [alarm for alarm in results if alarm is not None]
    for alarm in alarms:
        progress.fail(alarm.what, alarm.reason)
        log.warning("wallet_certificate_alarm", what=alarm.what, kind=alarm.kind, reason=alarm.reason, days=alarm.days)
    return alarms


def _check_apple(settings: Settings, progress: Progress, now: datetime) -> Alarm | None:
    if not has_apple(settings):
        return None
    certificates, steps = inspect(settings, now)
    progress.count("checked")
    if certificates is not None:
        CERTIFICATE_ENDS.labels("apple_pass").set(certificates.not_after.timestamp())
        progress.counts["apple_days_left"] = certificates.days_left(now)
    failed = next((step for step in steps if step.outcome == "failed"), None)
    if failed is not None and (certificates is None or now < certificates.not_after):
        return _fault(APPLE, failed)
    assert certificates is not None, "no step has failed"
    return _ending(certificates, now)


def _ending(certificates: PassCertificates, now: datetime) -> Alarm | None:
    day, days = certificates.not_after.date(), certificates.days_left(now)
    is_signer = certificates.certificate.not_valid_after_utc == certificates.not_after
    file, mark = SIGNER if is_signer else WWDR, f"{APPLE}:{certificates.fingerprint}:{day}"
    if now >= certificates.not_after:
        return Alarm(APPLE, "ended", f"{mark}:ended", f"{file} expired on {day}.", file, day)
    threshold = warned_at(days)
    if threshold is None:
        return None
    return Alarm(APPLE, "ending", f"{mark}:{threshold}", f"Ends in {days} days, on {day}.", file, day, days)


def _check_google(settings: Settings, progress: Progress, now: datetime) -> Alarm | None:
    if not has_google(settings):
        return None
    progress.count("checked")
    try:
        account = read_account(settings)
    except AccountError as error:
        return _fault(GOOGLE, account_fault(error))
    assert account is not None, "it is configured"
    KEY_MADE.labels("google_service_account").set(account.file_changed_at.timestamp())
    progress.counts["google_key_age_days"] = account.key_age_days(now)
    return _old(account, now)


def _old(account: Account, now: datetime) -> Alarm | None:
    days = account.key_age_days(now)
    if days < KEY_AGE_MAX.days:
        return None
    # The age is that of the file, so a rewritten file counts as a new key.
    occasion = f"{GOOGLE}:{account.file_changed_at.isoformat()}:old"
    reason = f"{days} days old; Google advises to replace keys after {KEY_AGE_MAX.days}."
    return Alarm(GOOGLE, "old", occasion, reason, account.path.name, days=days)


def _fault(what: str, step: CheckStep) -> Alarm:
    return Alarm(what, "fault", f"{what}:fault:{step.name}", step.text(SOURCE_LANGUAGE), step=step)


def warned_at(days_left: int) -> int | None:
    """The lowest threshold that was passed: 60, 30, 14 or 7 days."""
    return min((days for days in WARN_AT_DAYS if days_left <= days), default=None)

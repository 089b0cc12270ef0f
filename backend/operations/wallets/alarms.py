"""Certificates that end and keys that grow old, told before they do."""

from datetime import datetime, timedelta

import structlog

from backend.core.clock import clock
from backend.core.metrics import CERTIFICATE_ENDS, KEY_MADE
from backend.core.settings import Settings
from backend.loyalty.wallets.apple.certificates import PassCertificates, inspect
from backend.loyalty.wallets.apple.certificates import is_configured as has_apple
from backend.loyalty.wallets.google.account import KEY_AGE_MAX, AccountError, load_account
from backend.operations.task_runs.actions import Progress

CHECK_CERTIFICATES = "check_wallet_certificates"
WARN_AT_DAYS = (60, 30, 14, 7)

log = structlog.get_logger()


async def check_certificates(settings: Settings, progress: Progress) -> None:
    """Reads the files anew. Each alarm is a failure of the run, a line in the log and a number in the metrics."""
    now = clock.now()
    if has_apple(settings):
        _check_apple(settings, progress, now)
    if settings.google_wallet_issuer_id or settings.google_wallet_service_account_file:
        _check_google(settings, progress, now)


def _check_apple(settings: Settings, progress: Progress, now: datetime) -> None:
    certificates, steps = inspect(settings, now)
    progress.count("checked")
    for step in steps:
        if step.outcome == "failed":
            _alarm(progress, "apple_certificate", step.sentence % step.facts)
            return
    assert certificates is not None, "no step has failed"
    CERTIFICATE_ENDS.labels("apple_pass").set(certificates.not_after.timestamp())
    days = certificates.days_left(now)
    progress.counts["apple_days_left"] = days
    if (due := warned_at(days)) is not None:
        _alarm(progress, "apple_certificate", f"Ends in {days} days, on {_date(certificates)}.", threshold=due)


def _check_google(settings: Settings, progress: Progress, now: datetime) -> None:
    progress.count("checked")
    try:
        account = load_account(settings)
    except AccountError as error:
        _alarm(progress, "google_key", str(error))
        return
    assert account is not None, "it is configured"
    KEY_MADE.labels("google_service_account").set(account.file_changed_at.timestamp())
    days = account.key_age_days(now)
    progress.counts["google_key_age_days"] = days
    if timedelta(days=days) >= KEY_AGE_MAX:
        _alarm(progress, "google_key", f"{days} days old; Google advises to replace keys after {KEY_AGE_MAX.days}.")


def warned_at(days_left: int) -> int | None:
    """The nearest threshold that has been passed: 60, 30, 14 or 7 days."""
    return min((days for days in WARN_AT_DAYS if days_left <= days), default=None)


def _alarm(progress: Progress, what: str, reason: str, **facts: int) -> None:
    progress.fail(what, reason)
    log.warning("wallet_certificate_alarm", what=what, reason=reason, **facts)


def _date(certificates: PassCertificates) -> str:
    return certificates.not_after.date().isoformat()

"""Figures of all merchants, read by one statement for all checks that need them."""

from datetime import datetime, timedelta
from typing import NamedTuple

from backend.access.permissions import PERMISSIONS
from backend.operations.readiness.probe import Probe

WINDOW = timedelta(hours=24)
FIGURES = "SELECT * FROM merchant_figures($1, $2, $3, $4)"


class MerchantFigures(NamedTuple):
    """Emails and webhooks of the last 24 hours, and what is so now."""

    code: str
    mails_sent: int
    mails_failed: int
    mails_due: int
    oldest_mail_at: datetime | None
    webhooks_failed: int
    endpoints_disabled: int
    endpoints_failing: int
    reviews: int
    oldest_review_at: datetime | None
    unknown_permissions: list[str]


async def read_figures(probe: Probe) -> list[MerchantFigures]:
    """Of all merchants, or of the board's."""
    rows = await probe.pool.fetch(FIGURES, probe.now - WINDOW, probe.now, list(PERMISSIONS), probe.merchant_id)
    return [MerchantFigures(*row) for row in rows]


def named(counts: dict[str, int]) -> list[str]:
    """`code 3`, the largest first, without zeros."""
    ordered = sorted(counts.items(), key=lambda each: -each[1])
    return [f"{code} {count}" for code, count in ordered if count]

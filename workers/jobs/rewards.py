"""Timed jobs of rewards."""

from typing import Any

import structlog

from backend.core.clock import clock
from backend.loyalty.rewards.offered import announce_periods
from backend.merchants.queries import list_merchants_with
from backend.services import Services

log = structlog.get_logger()


async def announce_reward_periods(context: dict[str, Any]) -> None:
    """Refreshes the passes of merchants for whom a reward's period has begun or ended.

    An error for one merchant is logged; the next job tries again.
    """
    services: Services = context["services"]
    now = clock.now()
    for merchant_id in await list_merchants_with("rewards", services.pool, now):
        try:
            async with services.sessions.committing(merchant_id) as session:
                await announce_periods(session, merchant_id, now)
        except Exception:
            log.exception("periods_not_announced", merchant_id=str(merchant_id))

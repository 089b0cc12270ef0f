"""Timed jobs of rewards."""

from typing import Any

from backend.core.clock import clock
from backend.loyalty.rewards.offered import announce_periods
from backend.merchants.queries import list_merchants_with
from backend.services import Services


async def announce_reward_periods(context: dict[str, Any]) -> None:
    """Refreshes the passes of merchants for whom a reward's period has begun or ended."""
    services: Services = context["services"]
    now = clock.now()
    for merchant_id in await list_merchants_with("rewards", services.pool, now):
        async with services.sessions.committing(merchant_id) as session:
            await announce_periods(session, merchant_id, now)

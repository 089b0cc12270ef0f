"""Previews of draft terms: one on request, and every few seconds those that nobody is at."""

from typing import Any
from uuid import UUID

from backend.core.clock import clock
from backend.merchants.queries import list_merchants_with
from backend.services import Services


async def preview_program(context: dict[str, Any], merchant_id: str, preview_id: str) -> None:
    services: Services = context["services"]
    await services.previews.make(UUID(merchant_id), UUID(preview_id))


async def preview_programs(context: dict[str, Any]) -> None:
    """Those whose wake-up was lost, and those whose worker has died."""
    services: Services = context["services"]
    for merchant_id in await list_merchants_with("previews", services.pool, clock.now()):
        await services.previews.make_waiting(merchant_id)

"""Previews of draft terms: one on request, and every minute those whose wake-up was lost."""

from typing import Any
from uuid import UUID

from arq.worker import Retry

from backend.core.clock import clock
from backend.loyalty.previews.queries import SILENCE
from backend.merchants.queries import list_merchants_with
from backend.services import Services


async def preview_program(context: dict[str, Any], merchant_id: str, preview_id: str) -> None:
    """Makes one preview. After a worker has died at it, the job is retried until the row's SILENCE has passed."""
    services: Services = context["services"]
    is_over = await services.previews.make(UUID(merchant_id), UUID(preview_id))
    if not is_over and context.get("job_try", 1) > 1:
        raise Retry(defer=SILENCE)


async def preview_programs(context: dict[str, Any]) -> None:
    services: Services = context["services"]
    for merchant_id in await list_merchants_with("previews", services.pool, clock.now()):
        await services.previews.make_waiting(merchant_id)

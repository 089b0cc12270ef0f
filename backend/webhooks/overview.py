"""The endpoints of all merchants, those that fail first. In English, for operators."""

from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.database import Sessions
from backend.merchants.models import Merchant
from backend.merchants.queries import list_merchant_ids
from backend.webhooks.models import WebhookDelivery, WebhookEndpoint
from backend.webhooks.schemas import WebhookEndpointDetail
from backend.webhooks.views import endpoint_view


class EndpointOverview(msgspec.Struct, frozen=True):
    merchant: str
    """Its code."""
    endpoint: WebhookEndpointDetail
    waiting: int
    failed: int


async def list_endpoint_overviews(sessions: Sessions, only: UUID | None) -> list[EndpointOverview]:
    """Of all merchants or of one. Looks at one after the other: no statement sees the rows of two."""
    found: list[EndpointOverview] = []
    for merchant_id in await list_merchant_ids(sessions, only):
        async with sessions.committing(merchant_id) as session:
            found += await _endpoints(session, merchant_id)
    return sorted(found, key=lambda row: (_rank(row.endpoint), row.merchant, row.endpoint.url))


def endpoint_state(endpoint: WebhookEndpointDetail) -> str:
    if endpoint.disabled_because is not None:
        return f"disabled ({endpoint.disabled_because})"
    if not endpoint.is_active:
        return "paused by the merchant"
    return f"failing since {endpoint.failing_since:%Y-%m-%d %H:%M} UTC" if endpoint.failing_since else "active"


async def _endpoints(session: AsyncSession, merchant_id: UUID) -> list[EndpointOverview]:
    merchant = await session.get_one(Merchant, merchant_id)
    counts = {state: await _count(session, merchant_id, state) for state in ("waiting", "failed")}
    rows = await session.scalars(select(WebhookEndpoint).where(WebhookEndpoint.merchant_id == merchant_id))
    return [
        EndpointOverview(
            merchant.code, endpoint_view(row), counts["waiting"].get(row.id, 0), counts["failed"].get(row.id, 0)
        )
        for row in rows
    ]


async def _count(session: AsyncSession, merchant_id: UUID, state: str) -> dict[UUID, int]:
    """How many deliveries of each endpoint are in this state."""
    counted = select(WebhookDelivery.endpoint_id, func.count()).where(
        WebhookDelivery.merchant_id == merchant_id, WebhookDelivery.state == state
    )
    rows = await session.execute(counted.group_by(WebhookDelivery.endpoint_id))
    return dict(rows.tuples().all())


def _rank(endpoint: WebhookEndpointDetail) -> int:
    """Disabled ones, then failing ones, then all others."""
    if endpoint.disabled_because is not None:
        return 0
    return 1 if endpoint.failing_since is not None else 2

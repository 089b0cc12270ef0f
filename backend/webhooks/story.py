"""One webhook's story: the event, the endpoint, each attempt, and what happens next. In English."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.database import Sessions
from backend.core.ids import first_id_since
from backend.core.next_steps import is_due, tries_at
from backend.merchants.models import Merchant
from backend.merchants.queries import list_merchant_ids
from backend.webhooks.event_types import CHOICES
from backend.webhooks.models import WebhookDelivery, WebhookEndpoint
from backend.webhooks.queries import get_endpoint, read_delivery
from backend.webhooks.schemas import WebhookDeliveryDetail, WebhookEndpointDetail
from backend.webhooks.views import endpoint_view

LANGUAGE = "en"
DELIVERIES_MAX = 20


class WebhookStory(msgspec.Struct, frozen=True):
    occasion: str
    """When events of its type are sent."""
    merchant: str
    """Its code."""
    endpoint: WebhookEndpointDetail
    rests_until: datetime | None
    """The endpoint is sent nothing before."""
    delivery: WebhookDeliveryDetail
    next: str


class StoryDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery as the stories of what it is about name it; `orion explain webhook` tells more."""

    id: UUID
    type: str
    event_id: UUID
    url: str
    state: str
    attempts: int
    created_at: datetime
    delivered_at: datetime | None
    next: str


async def read_webhook_stories(sessions: Sessions, named: UUID, now: datetime) -> list[WebhookStory]:
    """Of the delivery `named`, or of all deliveries of the event or of the transaction `named`.

    Looks at one merchant after the other: no statement sees the rows of two.
    """
    for merchant_id in await list_merchant_ids(sessions):
        async with sessions.committing(merchant_id) as session:
            stories = await _stories(session, _deliveries_of(merchant_id, named), now)
        if stories:
            return stories
    return []


async def list_transactions_deliveries(
    session: AsyncSession, merchant_id: UUID, transaction_id: UUID, now: datetime
) -> list[StoryDelivery]:
    """Oldest first."""
    return await _told_in_short(session, _deliveries_of(merchant_id, transaction_id), now)


async def list_cards_deliveries(
    session: AsyncSession, merchant_id: UUID, card_id: UUID, now: datetime
) -> list[StoryDelivery]:
    """The last DELIVERIES_MAX, oldest first."""
    own = WebhookDelivery.merchant_id == merchant_id, WebhookDelivery.subject_id == card_id
    newest = select(WebhookDelivery).where(*own).order_by(WebhookDelivery.created_at.desc(), WebhookDelivery.id.desc())
    return (await _told_in_short(session, newest.limit(DELIVERIES_MAX), now))[::-1]


async def _told_in_short(
    session: AsyncSession, query: Select[tuple[WebhookDelivery]], now: datetime
) -> list[StoryDelivery]:
    return [
        StoryDelivery(
            id=story.delivery.id,
            type=story.delivery.type,
            event_id=story.delivery.event_id,
            url=story.endpoint.url,
            state=story.delivery.state,
            attempts=story.delivery.attempts,
            created_at=story.delivery.created_at,
            delivered_at=story.delivery.delivered_at,
            next=story.next,
        )
        for story in await _stories(session, query, now)
    ]


async def _stories(session: AsyncSession, query: Select[tuple[WebhookDelivery]], now: datetime) -> list[WebhookStory]:
    return [await _story(session, row, now) for row in await session.scalars(query)]


async def _story(session: AsyncSession, row: WebhookDelivery, now: datetime) -> WebhookStory:
    endpoint = await get_endpoint(session, row.merchant_id, row.endpoint_id)
    delivery = await read_delivery(session, row.merchant_id, row.id, LANGUAGE)
    merchant = await session.get_one(Merchant, row.merchant_id)
    return WebhookStory(
        occasion=CHOICES[row.type].about if row.type in CHOICES else "Somebody has sent a test.",
        merchant=merchant.code,
        endpoint=endpoint_view(endpoint),
        rests_until=endpoint.paused_until,
        delivery=delivery,
        next=next_step(row, endpoint, delivery.waits_for, now),
    )


def _deliveries_of(merchant_id: UUID, named: UUID) -> Select[tuple[WebhookDelivery]]:
    """No delivery was queued before what it is about."""
    of_transaction = WebhookDelivery.body.contains(f'"transaction_id":"{named}"')
    is_meant = or_(WebhookDelivery.id == named, WebhookDelivery.event_id == named, of_transaction)
    own = WebhookDelivery.merchant_id == merchant_id
    query = select(WebhookDelivery).where(own, WebhookDelivery.id >= first_id_since(named), is_meant)
    return query.order_by(WebhookDelivery.created_at, WebhookDelivery.id)


def next_step(delivery: WebhookDelivery, endpoint: WebhookEndpoint, waits_for: UUID | None, now: datetime) -> str:
    if delivery.state == "delivered":
        return "Nothing: the endpoint has confirmed it."
    if delivery.state == "failed":
        first = "" if endpoint.is_active else "activates the endpoint and "
        page = f"/office/api/webhooks/deliveries/{delivery.id}"
        return f"Nothing by itself. The owner {first}sends it again at {page}."
    if waits_for is not None:
        return f"It waits until {waits_for}, an earlier event of the same card or customer, is delivered or given up."
    if endpoint.paused_until is not None and endpoint.paused_until > max(delivery.available_at, now):
        return f"The endpoint rests after failures. {tries_at(endpoint.paused_until)}"
    if delivery.available_at > now:
        return tries_at(delivery.available_at)
    return is_due("sends it")

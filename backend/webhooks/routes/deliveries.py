"""The delivery log of endpoints, replays and tests."""

from typing import Annotated
from uuid import UUID

from arq.connections import ArqRedis
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.access.guards import all_of, for_merchant, limited
from backend.access.permissions import MANAGE_API
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.origin import Origin
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors, PageCursor, PageLimit
from backend.core.problems import ValidationFailed
from backend.core.repository import ListQuery
from backend.core.schemas import STORABLE, Page
from backend.webhooks import replays
from backend.webhooks.jobs import enqueue_deliveries
from backend.webhooks.problems import WebhookDeliveryNotFound, WebhookEndpointInactive, WebhookEndpointNotFound
from backend.webhooks.queries import NEWEST_DELIVERY, list_deliveries, read_delivery
from backend.webhooks.schemas import (
    WebhookDeliveryDetail,
    WebhookDeliverySummary,
    WebhookReplay,
    WebhookReplayCount,
    WebhookState,
)

READS = (for_merchant(MANAGE_API),)
SENDS = (all_of(for_merchant(MANAGE_API), limited("send_webhooks", 30)),)

DeliveryState = Annotated[WebhookState | None, QueryParameter(name="state", description="Only of this state.")]
DeliveryType = Annotated[
    str | None,
    QueryParameter(
        name="type",
        max_length=40,
        pattern=STORABLE,
        description="Only events of this type, such as `points.earned`.",
    ),
]


class MerchantWebhookDeliveryController(Controller):
    path = "/webhooks"
    tags = ["Webhooks"]

    @get(
        "/endpoints/{endpoint_id:uuid}/deliveries",
        operation_id="listWebhookDeliveries",
        summary="Deliveries of an endpoint, the newest first",
        guards=READS,
        responses=refusals(*SIGNED_IN, WebhookEndpointNotFound, CursorExpired, ValidationFailed),
    )
    async def deliveries(
        self,
        endpoint_id: FromPath[UUID],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        cursors: NamedDependency[Cursors],
        delivery_state: DeliveryState = None,
        event_type: DeliveryType = None,
        limit: PageLimit = LIMIT_DEFAULT,
        after: PageCursor = None,
    ) -> Page[WebhookDeliverySummary]:
        filters = (endpoint_id, delivery_state, event_type)
        asked = ListQuery("webhook_deliveries", filters, NEWEST_DELIVERY, limit=limit, after=after, now=origin.now)
        async with sessions.committing(origin.merchant_id) as session:
            return await list_deliveries(
                session, origin, endpoint_id, asked, cursors, state=delivery_state, event_type=event_type
            )

    @get(
        "/deliveries/{delivery_id:uuid}",
        operation_id="getWebhookDelivery",
        summary="The story of one delivery: its body and each attempt",
        guards=READS,
        responses={200: success(WebhookDeliveryDetail)} | refusals(*SIGNED_IN, WebhookDeliveryNotFound),
    )
    async def delivery(
        self, delivery_id: FromPath[UUID], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> WebhookDeliveryDetail:
        async with sessions.committing(origin.merchant_id) as session:
            return await read_delivery(session, origin.merchant_id, delivery_id, origin.language)

    @post(
        "/deliveries/{delivery_id:uuid}/replay",
        operation_id="replayWebhookDelivery",
        summary="Send one delivery again, with the same id and body",
        description="Also after success. Its tries begin anew.",
        guards=SENDS,
        status_code=200,
        responses={200: success(WebhookDeliveryDetail)}
        | refusals(*SIGNED_IN, WebhookDeliveryNotFound, WebhookEndpointInactive),
    )
    async def replay(
        self,
        delivery_id: FromPath[UUID],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        queue: NamedDependency[ArqRedis],
    ) -> WebhookDeliveryDetail:
        async with sessions.committing(origin.merchant_id) as session:
            delivery = await replays.replay_delivery(session, origin, delivery_id)
        await enqueue_deliveries(queue, origin.merchant_id, [delivery.endpoint_id], defer_by=0)
        return delivery

    @post(
        "/endpoints/{endpoint_id:uuid}/replays",
        operation_id="replayFailedWebhooks",
        summary="Send all failed deliveries of an endpoint again that were queued since a time",
        guards=SENDS,
        status_code=200,
        responses={200: success(WebhookReplayCount)}
        | refusals(*SIGNED_IN, WebhookEndpointNotFound, WebhookEndpointInactive, ValidationFailed),
    )
    async def replay_failed(
        self,
        endpoint_id: FromPath[UUID],
        data: JSONBody[WebhookReplay],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        queue: NamedDependency[ArqRedis],
    ) -> WebhookReplayCount:
        async with sessions.committing(origin.merchant_id) as session:
            count = await replays.replay_failed(session, origin, endpoint_id, data.since)
        await enqueue_deliveries(queue, origin.merchant_id, [endpoint_id], defer_by=0)
        return WebhookReplayCount(count)

    @post(
        "/endpoints/{endpoint_id:uuid}/tests",
        operation_id="sendTestWebhook",
        summary="Send a `test.ping` to an endpoint",
        description="The response has the delivery; its story says within seconds what the endpoint answered.",
        guards=SENDS,
        responses={201: success(WebhookDeliveryDetail)}
        | refusals(*SIGNED_IN, WebhookEndpointNotFound, WebhookEndpointInactive),
    )
    async def send_test(
        self,
        endpoint_id: FromPath[UUID],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        queue: NamedDependency[ArqRedis],
    ) -> WebhookDeliveryDetail:
        async with sessions.committing(origin.merchant_id) as session:
            delivery = await replays.send_test(session, origin, endpoint_id)
        await enqueue_deliveries(queue, origin.merchant_id, [endpoint_id], defer_by=0)
        return delivery

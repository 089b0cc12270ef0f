"""The merchant's endpoints for events, in the office."""

from datetime import datetime
from uuid import UUID

from backend.core.schemas import Page
from backend.webhooks.schemas import (
    NewWebhookEndpoint,
    WebhookDeliveryDetail,
    WebhookDeliverySummary,
    WebhookEndpointChange,
    WebhookEndpointDetail,
    WebhookEndpointDraft,
    WebhookEventTypeList,
    WebhookEventTypeView,
    WebhookReplay,
    WebhookReplayCount,
    WebhookSecretRotation,
)
from frontend.api.client import Caller

WEBHOOKS = "/merchant/webhooks"
ENDPOINTS = f"{WEBHOOKS}/endpoints"
PAGE = 50


async def list_event_types(caller: Caller) -> list[WebhookEventTypeView]:
    return (await caller.get(f"{WEBHOOKS}/event-types", WebhookEventTypeList)).data


async def list_endpoints(caller: Caller) -> list[WebhookEndpointDetail]:
    """A merchant has ten at most."""
    return (await caller.get(ENDPOINTS, Page[WebhookEndpointDetail])).data


async def get_endpoint(caller: Caller, endpoint_id: UUID) -> WebhookEndpointDetail:
    return await caller.get(f"{ENDPOINTS}/{endpoint_id}", WebhookEndpointDetail)


async def create_endpoint(caller: Caller, draft: WebhookEndpointDraft) -> NewWebhookEndpoint:
    return await caller.post(ENDPOINTS, draft, NewWebhookEndpoint)


async def change_endpoint(
    caller: Caller, endpoint_id: UUID, change: WebhookEndpointChange, *, version: int
) -> WebhookEndpointDetail:
    return await caller.patch(f"{ENDPOINTS}/{endpoint_id}", change, WebhookEndpointDetail, version=version)


async def delete_endpoint(caller: Caller, endpoint_id: UUID) -> None:
    await caller.tell(f"{ENDPOINTS}/{endpoint_id}", method="DELETE")


async def rotate_secret(caller: Caller, endpoint_id: UUID, overlap_hours: int) -> NewWebhookEndpoint:
    return await caller.post(
        f"{ENDPOINTS}/{endpoint_id}/secret", WebhookSecretRotation(overlap_hours=overlap_hours), NewWebhookEndpoint
    )


async def end_former_secret(caller: Caller, endpoint_id: UUID) -> WebhookEndpointDetail:
    return await caller.delete(f"{ENDPOINTS}/{endpoint_id}/former-secret", WebhookEndpointDetail)


async def list_deliveries(
    caller: Caller, endpoint_id: UUID, *, state: str | None, event_type: str | None, after: str | None
) -> Page[WebhookDeliverySummary]:
    asked = {"state": state, "type": event_type, "after": after, "limit": PAGE}
    return await caller.get(f"{ENDPOINTS}/{endpoint_id}/deliveries", Page[WebhookDeliverySummary], **asked)


async def get_delivery(caller: Caller, delivery_id: UUID) -> WebhookDeliveryDetail:
    return await caller.get(f"{WEBHOOKS}/deliveries/{delivery_id}", WebhookDeliveryDetail)


async def replay_delivery(caller: Caller, delivery_id: UUID) -> WebhookDeliveryDetail:
    return await caller.post(f"{WEBHOOKS}/deliveries/{delivery_id}/replay", None, WebhookDeliveryDetail)


async def replay_failed(caller: Caller, endpoint_id: UUID, since: datetime) -> int:
    answer = await caller.post(f"{ENDPOINTS}/{endpoint_id}/replays", WebhookReplay(since=since), WebhookReplayCount)
    return answer.replayed


async def send_test(caller: Caller, endpoint_id: UUID) -> WebhookDeliveryDetail:
    return await caller.post(f"{ENDPOINTS}/{endpoint_id}/tests", None, WebhookDeliveryDetail)

"""Endpoints for events in the owner's office."""

from uuid import UUID

from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access.guards import all_of, for_merchant, limited
from backend.access.permissions import MANAGE_API
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.keys import KeyRing
from backend.core.openapi import empty, refusals, success
from backend.core.origin import Origin
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors, PageCursor, PageLimit
from backend.core.problems import ValidationFailed
from backend.core.repository import ListQuery
from backend.core.schemas import Page
from backend.core.settings import Settings
from backend.core.versions import IfMatch, PreconditionRequired, Stale, etag, versioned
from backend.webhooks import actions
from backend.webhooks.problems import TooManyWebhookEndpoints, WebhookEndpointNotFound
from backend.webhooks.queries import NEWEST_ENDPOINT, get_endpoint, list_endpoints
from backend.webhooks.schemas import (
    NewWebhookEndpoint,
    WebhookEndpointChange,
    WebhookEndpointDetail,
    WebhookEndpointDraft,
    WebhookEventTypeList,
    WebhookSecretRotation,
)
from backend.webhooks.views import endpoint_view, event_type_list

READS = (for_merchant(MANAGE_API),)
WRITES = (all_of(for_merchant(MANAGE_API), limited("change_webhooks", 60)),)


class MerchantWebhookController(Controller):
    path = "/webhooks"
    tags = ["Webhooks"]

    @get(
        "/event-types",
        operation_id="listWebhookEventTypes",
        summary="The types of events that an endpoint can choose, with an example of each",
        guards=READS,
        responses={200: success(WebhookEventTypeList)} | refusals(*SIGNED_IN),
    )
    async def event_types(self, origin: NamedDependency[Origin]) -> WebhookEventTypeList:
        return event_type_list(origin.language)

    @get(
        "/endpoints",
        operation_id="listWebhookEndpoints",
        summary="Endpoints, the newest first",
        guards=READS,
        responses=refusals(*SIGNED_IN, CursorExpired, ValidationFailed),
    )
    async def endpoints(
        self,
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        cursors: NamedDependency[Cursors],
        limit: PageLimit = LIMIT_DEFAULT,
        after: PageCursor = None,
    ) -> Page[WebhookEndpointDetail]:
        asked = ListQuery("webhook_endpoints", (), NEWEST_ENDPOINT, limit=limit, after=after, now=origin.now)
        async with sessions.committing(origin.merchant_id) as session:
            return await list_endpoints(session, origin, asked, cursors)

    @post(
        "/endpoints",
        operation_id="createWebhookEndpoint",
        summary="Add an endpoint",
        description="The response has the secret, which is shown this once. Events from now on are sent.",
        guards=WRITES,
        responses={201: success(NewWebhookEndpoint)} | refusals(*SIGNED_IN, TooManyWebhookEndpoints, ValidationFailed),
    )
    async def create(
        self,
        data: JSONBody[WebhookEndpointDraft],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        key_ring: NamedDependency[KeyRing],
        settings: NamedDependency[Settings],
    ) -> Response[NewWebhookEndpoint]:
        async with sessions.committing(origin.merchant_id) as session:
            created = await actions.create_endpoint(
                session, key_ring, origin, data, allows_loopback=not settings.is_production
            )
        headers = {**etag(created.version), "Location": f"{origin.instance}/{created.id}"}
        return Response(created, status_code=201, headers=headers)

    @get(
        "/endpoints/{endpoint_id:uuid}",
        operation_id="getWebhookEndpoint",
        summary="One endpoint",
        guards=READS,
        responses={200: success(WebhookEndpointDetail)} | refusals(*SIGNED_IN, WebhookEndpointNotFound),
    )
    async def endpoint(
        self, endpoint_id: FromPath[UUID], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> Response[WebhookEndpointDetail]:
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(endpoint_view(await get_endpoint(session, origin.merchant_id, endpoint_id)))

    @patch(
        "/endpoints/{endpoint_id:uuid}",
        operation_id="changeWebhookEndpoint",
        summary="Change, pause or activate an endpoint",
        guards=WRITES,
        responses={200: success(WebhookEndpointDetail)}
        | refusals(*SIGNED_IN, WebhookEndpointNotFound, PreconditionRequired, Stale, ValidationFailed),
    )
    async def change(
        self,
        endpoint_id: FromPath[UUID],
        data: JSONBody[WebhookEndpointChange],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        settings: NamedDependency[Settings],
        if_match: IfMatch = None,
    ) -> Response[WebhookEndpointDetail]:
        async with sessions.committing(origin.merchant_id) as session:
            changed = await actions.change_endpoint(
                session, origin, endpoint_id, data, if_match, allows_loopback=not settings.is_production
            )
        return versioned(changed)

    @delete(
        "/endpoints/{endpoint_id:uuid}",
        operation_id="deleteWebhookEndpoint",
        summary="Delete an endpoint, with its deliveries",
        guards=WRITES,
        responses={204: empty("It is gone.")} | refusals(*SIGNED_IN, WebhookEndpointNotFound),
    )
    async def remove(
        self, endpoint_id: FromPath[UUID], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> None:
        async with sessions.committing(origin.merchant_id) as session:
            await actions.delete_endpoint(session, origin, endpoint_id)

    @post(
        "/endpoints/{endpoint_id:uuid}/secret",
        operation_id="rotateWebhookSecret",
        summary="Replace the secret of an endpoint",
        description="The response has the new secret, which is shown this once. Until the overlap is over, each "
        "webhook has a signature of both secrets.",
        guards=WRITES,
        status_code=200,
        responses={200: success(NewWebhookEndpoint)} | refusals(*SIGNED_IN, WebhookEndpointNotFound, ValidationFailed),
    )
    async def rotate_secret(
        self,
        endpoint_id: FromPath[UUID],
        data: JSONBody[WebhookSecretRotation],
        origin: NamedDependency[Origin],
        sessions: NamedDependency[Sessions],
        key_ring: NamedDependency[KeyRing],
    ) -> Response[NewWebhookEndpoint]:
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(await actions.rotate_secret(session, key_ring, origin, endpoint_id, data.overlap_hours))

    @delete(
        "/endpoints/{endpoint_id:uuid}/former-secret",
        operation_id="endFormerWebhookSecret",
        summary="End the former secret before its overlap is over",
        guards=WRITES,
        status_code=200,
        responses={200: success(WebhookEndpointDetail)} | refusals(*SIGNED_IN, WebhookEndpointNotFound),
    )
    async def end_former_secret(
        self, endpoint_id: FromPath[UUID], origin: NamedDependency[Origin], sessions: NamedDependency[Sessions]
    ) -> Response[WebhookEndpointDetail]:
        async with sessions.committing(origin.merchant_id) as session:
            return versioned(await actions.end_former_secret(session, origin, endpoint_id))

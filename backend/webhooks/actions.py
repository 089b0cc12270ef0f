"""Create, change and delete endpoints, and replace their secrets. Each change is audited."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import Fields, record_change
from backend.audit.versions import check_version
from backend.core.ids import new_id
from backend.core.keys import KeyRing
from backend.core.origin import Origin
from backend.core.schemas import sent_fields
from backend.merchants.models import Merchant
from backend.webhooks.checks import check_endpoint
from backend.webhooks.disabling import give_up_waiting
from backend.webhooks.models import WebhookEndpoint
from backend.webhooks.problems import TooManyWebhookEndpoints
from backend.webhooks.queries import WebhookEndpointRepository, get_endpoint
from backend.webhooks.schemas import (
    NewWebhookEndpoint,
    WebhookEndpointChange,
    WebhookEndpointDetail,
    WebhookEndpointDraft,
)
from backend.webhooks.signatures import new_secret, sealed
from backend.webhooks.views import endpoint_view, new_endpoint_view

ENDPOINTS_MAX = 10
"""Of one merchant."""
REPEATED_WITHIN = timedelta(minutes=1)


async def create_endpoint(
    session: AsyncSession, keys: KeyRing, origin: Origin, draft: WebhookEndpointDraft, *, allows_loopback: bool
) -> NewWebhookEndpoint:
    """Raises ValidationFailed or TooManyWebhookEndpoints."""
    check_endpoint(draft.url, draft.event_types, allows_loopback=allows_loopback)
    # The merchant's row is locked: of two that are created together the second counts the first.
    await session.get_one(Merchant, origin.merchant_id, with_for_update=True)
    own = select(func.count()).where(WebhookEndpoint.merchant_id == origin.merchant_id)
    if (await session.scalar(own) or 0) >= ENDPOINTS_MAX:
        raise TooManyWebhookEndpoints
    endpoint_id, secret = new_id(), new_secret()
    endpoint = WebhookEndpoint(
        merchant_id=origin.merchant_id,
        id=endpoint_id,
        url=draft.url,
        description=draft.description,
        event_types=_in_order(draft.event_types),
        is_active=True,
        sealed_secret=sealed(keys, endpoint_id, secret),
        failure_count=0,
        created_at=origin.now,
        updated_at=origin.now,
    )
    await WebhookEndpointRepository(session, origin.merchant_id).add(endpoint)
    record_change(session, origin, "webhook_endpoint.created", subject_id=endpoint_id, after=_audited(endpoint))
    return new_endpoint_view(endpoint, secret)


async def change_endpoint(
    session: AsyncSession,
    origin: Origin,
    endpoint_id: UUID,
    change: WebhookEndpointChange,
    if_match: str | None,
    *,
    allows_loopback: bool,
) -> WebhookEndpointDetail:
    """Another address, or activation, begins without failures.

    Raises WebhookEndpointNotFound, PreconditionRequired, Stale or ValidationFailed.
    """
    endpoint = await get_endpoint(session, origin.merchant_id, endpoint_id, is_locked=True)
    await check_version(session, endpoint, if_match)
    before, fields = _audited(endpoint), sent_fields(change)
    _set_fields(endpoint, fields)
    check_endpoint(endpoint.url, endpoint.event_types, allows_loopback=allows_loopback)
    if not endpoint.is_active:
        await give_up_waiting(session, endpoint, origin.now)
    if session.is_modified(endpoint):
        endpoint.updated_at = origin.now
    await session.flush()
    record_change(
        session, origin, "webhook_endpoint.changed", subject_id=endpoint_id, before=before, after=_audited(endpoint)
    )
    return endpoint_view(endpoint)


async def delete_endpoint(session: AsyncSession, origin: Origin, endpoint_id: UUID) -> None:
    """With its deliveries. Raises WebhookEndpointNotFound."""
    endpoint = await get_endpoint(session, origin.merchant_id, endpoint_id, is_locked=True)
    await session.delete(endpoint)
    was = {"url": _shown(endpoint.url)}
    record_change(session, origin, "webhook_endpoint.deleted", subject_id=endpoint_id, before=was, after={"url": None})


async def rotate_secret(
    session: AsyncSession, keys: KeyRing, origin: Origin, endpoint_id: UUID, overlap_hours: int
) -> NewWebhookEndpoint:
    """The former secret signs, too, until the overlap is over; an older one ends at once.

    Asked twice within a minute, the secret between the two is the one that ends: no receiver knows it yet.

    Raises WebhookEndpointNotFound.
    """
    endpoint = await get_endpoint(session, origin.merchant_id, endpoint_id, is_locked=True)
    secret, ends_at = new_secret(), origin.now + timedelta(hours=overlap_hours)
    if not overlap_hours:
        endpoint.sealed_former_secret = endpoint.former_secret_ends_at = None
    else:
        if not _was_replaced_just_now(endpoint, ends_at):
            endpoint.sealed_former_secret = endpoint.sealed_secret
        endpoint.former_secret_ends_at = ends_at
    endpoint.sealed_secret = sealed(keys, endpoint_id, secret)
    endpoint.updated_at = origin.now
    await session.flush()
    after = {"former_secret_ends_at": ends_at.isoformat()}
    record_change(session, origin, "webhook_endpoint.secret_replaced", subject_id=endpoint_id, after=after)
    return new_endpoint_view(endpoint, secret)


async def end_former_secret(session: AsyncSession, origin: Origin, endpoint_id: UUID) -> WebhookEndpointDetail:
    """Ends the overlap. Raises WebhookEndpointNotFound."""
    endpoint = await get_endpoint(session, origin.merchant_id, endpoint_id, is_locked=True)
    if endpoint.sealed_former_secret is not None:
        endpoint.sealed_former_secret = endpoint.former_secret_ends_at = None
        endpoint.updated_at = origin.now
        await session.flush()
        after = {"former_secret_ends_at": origin.now.isoformat()}
        record_change(session, origin, "webhook_endpoint.former_secret_ended", subject_id=endpoint_id, after=after)
    return endpoint_view(endpoint)


def _was_replaced_just_now(endpoint: WebhookEndpoint, ends_at: datetime) -> bool:
    """With the same overlap, which is how two taps look."""
    ended = endpoint.former_secret_ends_at
    return ended is not None and abs(ends_at - ended) < REPEATED_WITHIN


def _set_fields(endpoint: WebhookEndpoint, fields: dict[str, Any]) -> None:
    is_new_address = fields.get("url", endpoint.url) != endpoint.url
    is_activated = fields.get("is_active", False) and not endpoint.is_active
    if "event_types" in fields:
        fields = {**fields, "event_types": _in_order(fields["event_types"])}
    for name, value in fields.items():
        setattr(endpoint, name, value)
    if is_new_address or is_activated:
        endpoint.failing_since, endpoint.failure_count, endpoint.paused_until = None, 0, None
    if is_activated:
        endpoint.disabled_because = endpoint.disabled_at = None


def _in_order(event_types: list[str]) -> list[str]:
    return sorted(set(event_types))


def _audited(endpoint: WebhookEndpoint) -> Fields:
    return {
        "url": _shown(endpoint.url),
        "description": endpoint.description,
        "event_types": endpoint.event_types,
        "is_active": endpoint.is_active,
    }


def _shown(url: str) -> str:
    """Without the query, which may hold a secret of the receiver."""
    return str(httpx.URL(url).copy_with(query=None))

"""An endpoint that is no longer told anything: nothing waits for it, and its owners know why."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.merchants.models import Merchant
from backend.messaging.actions import queue_platform_mail
from backend.messaging.templates.catalog.webhook_disabled import (
    WEBHOOK_DISABLED,
    DisabledEndpointFacts,
    WebhookDisabledValues,
)
from backend.messaging.templates.facts import UserFacts
from backend.staff.queries import list_owners
from backend.webhooks.claims import with_attempt
from backend.webhooks.history import DeliveryAttempt
from backend.webhooks.models import WebhookDelivery, WebhookEndpoint
from i18n.formatting import get_formatter
from i18n.locales import negotiate
from i18n.translator import N_, get_translator

PAGE = "/office/api/webhooks"
REASONS = {
    "gone": N_("It has answered with 410, which means that it wants no more events."),
    "failing": N_("It has not confirmed any event for three days."),
}


async def give_up_waiting(session: AsyncSession, endpoint: WebhookEndpoint, now: datetime) -> None:
    """A worker that has claimed one of them writes no outcome any more."""
    waiting = (
        WebhookDelivery.merchant_id == endpoint.merchant_id,
        WebhookDelivery.endpoint_id == endpoint.id,
        WebhookDelivery.state == "waiting",
    )
    attempt = DeliveryAttempt(now, "given_up", "endpoint_inactive")
    given_up = update(WebhookDelivery).where(*waiting).values(state="failed", history=with_attempt(attempt))
    await session.execute(given_up.execution_options(synchronize_session=False))


async def disable_endpoint(
    session: AsyncSession,
    endpoint: WebhookEndpoint,
    reason: str,
    now: datetime,
    *,
    public_url: str,
    platform_name: str,
) -> None:
    """Once: an endpoint that is inactive stays as it is. Its owners get an email."""
    disabled = (
        update(WebhookEndpoint)
        .where(
            WebhookEndpoint.merchant_id == endpoint.merchant_id,
            WebhookEndpoint.id == endpoint.id,
            WebhookEndpoint.is_active,
        )
        .values(
            is_active=False,
            disabled_because=reason,
            disabled_at=now,
            updated_at=now,
            version=WebhookEndpoint.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    if not (await session.execute(disabled)).rowcount:  # type: ignore[attr-defined]
        return
    await give_up_waiting(session, endpoint, now)
    await _mail_owners(session, endpoint, reason, now, public_url=public_url, platform_name=platform_name)


async def _mail_owners(
    session: AsyncSession, endpoint: WebhookEndpoint, reason: str, now: datetime, *, public_url: str, platform_name: str
) -> None:
    merchant = (await session.scalars(select(Merchant).where(Merchant.id == endpoint.merchant_id))).one()
    for owner in await list_owners(session, endpoint.merchant_id):
        language = negotiate(None, person=owner.language)
        facts = DisabledEndpointFacts(
            address=endpoint.url,
            merchant=merchant.name,
            reason=get_translator(language).gettext(REASONS[reason]),
            moment=get_formatter(language, merchant.timezone).datetime(now),
            url=f"{public_url.rstrip('/')}{PAGE}/{endpoint.id}",
        )
        await queue_platform_mail(
            session,
            f"{WEBHOOK_DISABLED.code} {endpoint.id} {now.isoformat()}",
            WEBHOOK_DISABLED,
            WebhookDisabledValues(user=UserFacts(owner.name), endpoint=facts),
            recipient=owner.email,
            language=language,
            now=now,
            platform_name=platform_name,
        )

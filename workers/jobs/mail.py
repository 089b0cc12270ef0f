"""Sends queued mails, each in its own transaction."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select

from backend.core.clock import clock
from backend.loyalty.cards.mails import with_addresses
from backend.merchants.models import Merchant
from backend.merchants.queries import list_merchants_with
from backend.messaging.actions import claim_mails, claim_platform_mails, deliver
from backend.messaging.delivery import open_delivery
from backend.messaging.models import EmailLog, PlatformMail
from backend.messaging.test_mail import TEST_EMAIL, with_configuration
from backend.services import Services

CHUNK = 5
"""Mails claimed at once. Their lease is longer than the time limit of all of them together, so none is sent twice."""

log = structlog.get_logger()


async def send_queued_mails(context: dict[str, Any]) -> None:
    """Sends a chunk per merchant in rounds, so that one merchant's many mails do not delay the others'."""
    services: Services = context["services"]
    waiting = [None, *await list_merchants_with("mails", services.pool, clock.now())]
    while waiting:
        waiting = [merchant_id for merchant_id in waiting if await _send_some(services, merchant_id)]


async def _send_some(services: Services, merchant_id: UUID | None) -> bool:
    """Whether there may be more mails. An error is logged and delays only this merchant's mails."""
    try:
        claimed = await _claim(services, merchant_id)
        await _send(services, merchant_id, claimed)
    except Exception as error:
        log.exception("mails_failed", merchant=str(merchant_id), error=type(error).__name__)
        return False
    return len(claimed) == CHUNK


async def _claim(services: Services, merchant_id: UUID | None) -> Sequence[EmailLog | PlatformMail]:
    """A chunk of due mails: the merchant's, or the platform's when `merchant_id` is None."""
    async with services.sessions.committing(merchant_id) as session:
        if merchant_id is None:
            return await claim_platform_mails(session, clock.now(), CHUNK)
        return await claim_mails(session, merchant_id, clock.now(), CHUNK)


async def _send(services: Services, merchant_id: UUID | None, claimed: Sequence[EmailLog | PlatformMail]) -> None:
    if not claimed:
        return
    in_force = services.live.in_force
    settings = in_force.settings.email
    delivery, sender = open_delivery(settings), await _sender(services, merchant_id)
    for entry in claimed:
        if isinstance(entry, PlatformMail) and entry.template_code == TEST_EMAIL:
            entry.body_text = with_configuration(entry, settings, in_force.sources)
        text = await _text(services, entry)
        await deliver(entry, delivery, settings, clock.now(), text, sender=sender)
        async with services.sessions.committing(merchant_id) as session:
            await session.merge(entry)


async def _sender(services: Services, merchant_id: UUID | None) -> str:
    """The sender's display name: the merchant's, or the platform's."""
    if merchant_id is None:
        return services.live.current.email.email_from_name
    async with services.sessions.committing(merchant_id) as session:
        name = await session.scalar(select(Merchant.name).where(Merchant.id == merchant_id))
    return name or services.live.current.email.email_from_name


async def _text(services: Services, entry: EmailLog | PlatformMail) -> str:
    """The text to send: the stored text with the card's address inserted."""
    if isinstance(entry, PlatformMail):
        return entry.body_text
    async with services.sessions.committing(entry.merchant_id) as session:
        return await with_addresses(session, services.links, entry)

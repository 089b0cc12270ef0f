"""Send the mails that are queued, each in a transaction of its own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select

from backend.core.clock import clock
from backend.loyalty.cards.mails import with_address
from backend.merchants.models import Merchant
from backend.merchants.queries import list_merchants_with
from backend.messaging.actions import claim_mails, claim_platform_mails, deliver
from backend.messaging.delivery import open_delivery
from backend.messaging.models import EmailLog, PlatformMail
from backend.services import Services

CHUNK = 5
"""Claimed at once. Their lease lasts longer than a mail server may take for all of them: no mail is sent twice."""

log = structlog.get_logger()


async def send_queued_mails(context: dict[str, Any]) -> None:
    """In rounds, so that one merchant's many mails keep nobody's waiting for long."""
    services: Services = context["services"]
    waiting = [None, *await list_merchants_with("mails", services.pool, clock.now())]
    while waiting:
        waiting = [merchant_id for merchant_id in waiting if await _send_some(services, merchant_id)]


async def _send_some(services: Services, merchant_id: UUID | None) -> bool:
    """Whether there may be more. What goes wrong for one merchant is told and delays that merchant's mails only."""
    try:
        claimed = await _claim(services, merchant_id)
        await _send(services, merchant_id, claimed)
    except Exception as error:
        log.exception("mails_failed", merchant=str(merchant_id), error=type(error).__name__)
        return False
    return len(claimed) == CHUNK


async def _claim(services: Services, merchant_id: UUID | None) -> Sequence[EmailLog | PlatformMail]:
    """The platform's own for None."""
    async with services.sessions.committing(merchant_id) as session:
        if merchant_id is None:
            return await claim_platform_mails(session, clock.now(), CHUNK)
        return await claim_mails(session, merchant_id, clock.now(), CHUNK)


async def _send(services: Services, merchant_id: UUID | None, claimed: Sequence[EmailLog | PlatformMail]) -> None:
    if not claimed:
        return
    delivery, sender = open_delivery(services.settings), await _sender(services, merchant_id)
    for entry in claimed:
        text = await _text(services, entry)
        await deliver(entry, delivery, services.settings, clock.now(), text, sender=sender)
        async with services.sessions.committing(merchant_id) as session:
            await session.merge(entry)


async def _sender(services: Services, merchant_id: UUID | None) -> str:
    """All mails of a merchant come from one name, theirs."""
    if merchant_id is None:
        return services.settings.email_from_name
    async with services.sessions.committing(merchant_id) as session:
        found = await session.scalar(select(Merchant.name).where(Merchant.id == merchant_id))
    return found or services.settings.email_from_name


async def _text(services: Services, entry: EmailLog | PlatformMail) -> str:
    """As it is read; the log keeps less."""
    if isinstance(entry, PlatformMail):
        return entry.body_text
    async with services.sessions.committing(entry.merchant_id) as session:
        return await with_address(session, services.links, entry)

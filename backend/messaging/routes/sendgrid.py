from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from litestar import Controller, post
from litestar.di import NamedDependency

from backend.access.guards import limited
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.keys import KeyRing
from backend.core.openapi import refusals
from backend.core.problems import NotFound, PayloadTooLarge, RateLimited
from backend.core.request_checks import ANY_QUERY
from backend.core.requests import ApiRequest
from backend.messaging.problems import EventsRefused
from backend.messaging.queries import find_merchants_of, lock_emails
from backend.messaging.reports import DeliveryReport, apply_reports
from backend.messaging.sendgrid_events import NotSigned, read_events, verify
from backend.settings.live import LiveSettings

PER_MINUTE = 600
"""SendGrid sends the events of all mails from a few addresses."""
BODY_BYTES_MAX = 2 * 1024 * 1024
SIGNATURE, TIMESTAMP = "x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"

MailReport = tuple[UUID, DeliveryReport]

log = structlog.get_logger()


class SendgridEventController(Controller):
    path = "/sendgrid"
    tags = ["Email"]
    opt = {ANY_QUERY: True}

    @post(
        "/events",
        operation_id="takeSendgridEvents",
        summary="SendGrid reports what became of emails; signed with ECDSA, and harmless when repeated",
        status_code=204,
        guards=[limited("sendgrid-events", PER_MINUTE)],
        request_max_body_size=BODY_BYTES_MAX,
        responses=refusals(EventsRefused, NotFound, PayloadTooLarge, RateLimited),
    )
    async def take(
        self,
        request: ApiRequest,
        live: NamedDependency[LiveSettings],
        pool: NamedDependency[asyncpg.Pool],
        sessions: NamedDependency[Sessions],
        key_ring: NamedDependency[KeyRing],
    ) -> None:
        public_key = live.current.email.sendgrid_webhook_public_key
        if not public_key:
            raise NotFound
        body = await request.body()
        try:
            verify(public_key, *_signature_of(request), body, clock.now())
            reports = list(read_events(body))
        except NotSigned as error:
            log.warning("sendgrid_events_refused", reason=str(error))
            raise EventsRefused from error
        by_merchant = await _by_merchant(pool, reports)
        for merchant_id, theirs in by_merchant.items():
            async with sessions.committing(merchant_id) as session:
                # Without those deleted since, and another installation's with the same account.
                mails = await lock_emails(session, merchant_id, [mail_id for mail_id, _ in theirs])
                known = [(mails[mail_id], report) for mail_id, report in theirs if mail_id in mails]
                await apply_reports(session, key_ring, known)


async def _by_merchant(pool: asyncpg.Pool, reports: Sequence[MailReport]) -> dict[UUID | None, list[MailReport]]:
    """None: the platform's mails, and unknown ones."""
    merchants = await find_merchants_of(pool, [mail_id for mail_id, _ in reports])
    grouped: dict[UUID | None, list[MailReport]] = defaultdict(list)
    for mail_id, report in reports:
        grouped[merchants.get(mail_id)].append((mail_id, report))
    return grouped


def _signature_of(request: ApiRequest) -> tuple[str, str]:
    headers: Any = request.headers
    return headers.get(SIGNATURE, ""), headers.get(TIMESTAMP, "")

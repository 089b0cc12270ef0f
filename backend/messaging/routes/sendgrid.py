from typing import Any

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
from backend.core.requests import ApiRequest
from backend.messaging.problems import EmailNotFound, EventsRefused
from backend.messaging.queries import find_merchant_of, get_email
from backend.messaging.reports import apply_report
from backend.messaging.sendgrid_events import NotSigned, read_events, verify
from backend.settings.live import LiveSettings

PER_MINUTE = 600
"""SendGrid sends the events of all mails from a few addresses."""
BODY_BYTES_MAX = 2 * 1024 * 1024
SIGNATURE, TIMESTAMP = "x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"

log = structlog.get_logger()


class SendgridEventController(Controller):
    path = "/sendgrid"
    tags = ["Email"]

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
        for mail_id, report in reports:
            merchant_id = await find_merchant_of(pool, mail_id)
            async with sessions.committing(merchant_id) as session:
                try:
                    mail = await get_email(session, merchant_id, mail_id, is_locked=True)
                except EmailNotFound:
                    # Deleted since, or another installation's with the same account.
                    continue
                await apply_report(session, key_ring, mail, report)


def _signature_of(request: ApiRequest) -> tuple[str, str]:
    headers: Any = request.headers
    return headers.get(SIGNATURE, ""), headers.get(TIMESTAMP, "")

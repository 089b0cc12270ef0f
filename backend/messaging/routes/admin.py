"""The email log, for administrators of the platform."""

from datetime import date
from typing import Annotated
from uuid import UUID

import asyncpg
from arq.connections import ArqRedis
from litestar import Controller, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter

from backend.access.guards import all_of, for_platform, limited
from backend.access.permissions import MANAGE_EMAILS
from backend.access.problems import SIGNED_IN
from backend.audit.actions import record_administrators_change
from backend.core.api_response import LOCATION
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.origin import PlatformOrigin
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors, PageCursor, PageLimit, PageOrder
from backend.core.problems import ValidationFailed
from backend.core.queue import SEND_MAILS, try_to_wake
from backend.core.schemas import Page
from backend.merchants.problems import MerchantNotFound
from backend.merchants.queries import get_merchant_id
from backend.messaging.problems import EmailInProgress, EmailNotFound, EmailNotResendable
from backend.messaging.queries import EmailFilters, find_merchant, find_merchant_of, get_email, list_emails
from backend.messaging.resend import queue_copy
from backend.messaging.schemas import EmailDetail, EmailStatus, EmailSummary
from backend.messaging.views import detail_view

PRINTABLE = r"^[^\x00-\x1f\x7f]*$(?!\n)"
MerchantCode = Annotated[
    str | None,
    QueryParameter(
        name="merchant", max_length=40, pattern=PRINTABLE, description="Code of a merchant. Without it: all."
    ),
]
OfTemplate = Annotated[
    str | None,
    QueryParameter(
        name="template", max_length=100, pattern=PRINTABLE, description="Code of a template. Without it: all."
    ),
]
WithStatus = Annotated[
    EmailStatus | None, QueryParameter(name="status", description="State of the delivery. Without it: all.")
]
ToRecipient = Annotated[
    str | None,
    QueryParameter(
        name="recipient", max_length=254, pattern=PRINTABLE, description="The whole address of the recipient."
    ),
]
FirstDay = Annotated[
    date | None, QueryParameter(name="from", description="First day on which emails were queued (UTC).")
]
LastDay = Annotated[
    date | None, QueryParameter(name="until", description="Last day on which emails were queued (UTC).")
]
OfCustomer = Annotated[
    UUID | None,
    QueryParameter(name="customer_id", description="Emails about the cards of this customer only."),
]


def provide_filters(
    email_status: WithStatus = None,
    template: OfTemplate = None,
    recipient: ToRecipient = None,
    first_day: FirstDay = None,
    last_day: LastDay = None,
    customer_id: OfCustomer = None,
    order: PageOrder = "newest",
) -> EmailFilters:
    address = (recipient or "").strip() or None
    return EmailFilters(email_status, template, address, first_day, last_day, customer_id, order == "oldest")


class AdminEmailController(Controller):
    path = "/emails"
    tags = ["Email"]
    dependencies = {"email_filters": Provide(provide_filters, sync_to_thread=False)}

    @get(
        operation_id="listEmails",
        summary="The email log of all merchants and of the platform, newest first unless asked otherwise",
        guards=[for_platform(MANAGE_EMAILS)],
        responses=refusals(*SIGNED_IN, MerchantNotFound, CursorExpired, ValidationFailed),
    )
    async def emails(
        self,
        platform_origin: NamedDependency[PlatformOrigin],
        pool: NamedDependency[asyncpg.Pool],
        sessions: NamedDependency[Sessions],
        cursors: NamedDependency[Cursors],
        email_filters: NamedDependency[EmailFilters],
        merchant: MerchantCode = None,
        limit: PageLimit = LIMIT_DEFAULT,
        after: PageCursor = None,
    ) -> Page[EmailSummary]:
        merchant_id = await get_merchant_id(sessions, merchant) if merchant else None
        return await list_emails(
            pool, cursors, merchant_id, email_filters, limit=limit, after=after,
            now=platform_origin.now, language=platform_origin.language,
        )  # fmt: skip

    @get(
        "/{mail_id:uuid}",
        operation_id="getEmail",
        summary="One email: its text, what was used to send it, and every attempt",
        guards=[for_platform(MANAGE_EMAILS)],
        responses={200: success(EmailDetail)} | refusals(*SIGNED_IN, EmailNotFound),
    )
    async def email(
        self,
        mail_id: FromPath[UUID],
        platform_origin: NamedDependency[PlatformOrigin],
        pool: NamedDependency[asyncpg.Pool],
        sessions: NamedDependency[Sessions],
    ) -> EmailDetail:
        merchant_id = await find_merchant_of(pool, mail_id)
        async with sessions.committing(merchant_id) as session:
            mail = await get_email(session, merchant_id, mail_id)
            merchant = await find_merchant(session, merchant_id)
            return detail_view(mail, merchant, platform_origin.language, platform_origin.now)

    @post(
        "/{mail_id:uuid}/resend",
        operation_id="resendEmail",
        summary="Send an email again: a new one with the same texts",
        guards=[all_of(for_platform(MANAGE_EMAILS), limited("resend-email", 20))],
        opt={LOCATION: "/api/v1/admin/emails/{id}"},
        responses={201: success(EmailDetail)}
        | refusals(*SIGNED_IN, EmailNotFound, EmailInProgress, EmailNotResendable),
    )
    async def resend(
        self,
        mail_id: FromPath[UUID],
        platform_origin: NamedDependency[PlatformOrigin],
        pool: NamedDependency[asyncpg.Pool],
        sessions: NamedDependency[Sessions],
        queue: NamedDependency[ArqRedis],
    ) -> EmailDetail:
        merchant_id, now = await find_merchant_of(pool, mail_id), platform_origin.now
        async with sessions.committing(merchant_id) as session:
            mail = await get_email(session, merchant_id, mail_id, is_locked=True)
            copy = await queue_copy(session, mail, now)
            after = {"mail_id": str(copy.id), "template_code": copy.template_code}
            record_administrators_change(
                session, platform_origin, "email.resent", merchant_id=merchant_id, subject_id=mail_id, after=after
            )
            detail = detail_view(copy, await find_merchant(session, merchant_id), platform_origin.language, now)
        await try_to_wake(queue, SEND_MAILS)
        return detail

"""Failed emails, for administrators of the platform: how many can be sent anew, and sending them."""

import asyncpg
from arq.connections import ArqRedis
from litestar import Controller, get, post
from litestar.di import NamedDependency

from backend.access.guards import all_of, for_platform, limited
from backend.access.permissions import MANAGE_EMAILS
from backend.access.problems import SIGNED_IN
from backend.core.database import Sessions
from backend.core.openapi import refusals, success
from backend.core.origin import PlatformOrigin
from backend.core.problems import ValidationFailed
from backend.core.queue import SEND_MAILS, try_to_wake
from backend.merchants.problems import MerchantNotFound
from backend.merchants.queries import get_merchant_id
from backend.messaging.failed_mails.actions import count_failed, resend_failed
from backend.messaging.queries import EmailFilters
from backend.messaging.routes.admin import FirstDay, LastDay, MerchantCode, OfTemplate, ToRecipient
from backend.messaging.schemas import FailedEmails, ResentEmails


class AdminFailedEmailController(Controller):
    path = "/failed-emails"
    tags = ["Email"]

    @get(
        operation_id="countFailedEmails",
        summary="How many failed emails can be sent anew at once",
        description="Not marketing, not what the recipient’s side has refused, and each email once.",
        guards=[for_platform(MANAGE_EMAILS)],
        responses={200: success(FailedEmails)} | refusals(*SIGNED_IN, MerchantNotFound, ValidationFailed),
    )
    async def failed(
        self,
        platform_origin: NamedDependency[PlatformOrigin],
        pool: NamedDependency[asyncpg.Pool],
        sessions: NamedDependency[Sessions],
        merchant: MerchantCode = None,
        template: OfTemplate = None,
        recipient: ToRecipient = None,
        first_day: FirstDay = None,
        last_day: LastDay = None,
    ) -> FailedEmails:
        merchant_id = None if merchant is None else await get_merchant_id(sessions, merchant)
        filters = _filters(template, recipient, first_day, last_day)
        return await count_failed(pool, merchant_id, filters, platform_origin.now)

    @post(
        "/resend",
        operation_id="resendFailedEmails",
        summary="Send failed emails anew, at most 500: a new one for each, with the same texts",
        status_code=200,
        guards=[all_of(for_platform(MANAGE_EMAILS), limited("resend-failed-emails", 10))],
        responses={200: success(ResentEmails)} | refusals(*SIGNED_IN, MerchantNotFound, ValidationFailed),
    )
    async def resend(
        self,
        platform_origin: NamedDependency[PlatformOrigin],
        pool: NamedDependency[asyncpg.Pool],
        sessions: NamedDependency[Sessions],
        queue: NamedDependency[ArqRedis],
        merchant: MerchantCode = None,
        template: OfTemplate = None,
        recipient: ToRecipient = None,
        first_day: FirstDay = None,
        last_day: LastDay = None,
    ) -> ResentEmails:
        merchant_id = None if merchant is None else await get_merchant_id(sessions, merchant)
        filters = _filters(template, recipient, first_day, last_day)
        resent = await resend_failed(pool, sessions, platform_origin, merchant_id, filters)
        await try_to_wake(queue, SEND_MAILS)
        return resent


def _filters(template: str | None, recipient: str | None, first_day: FirstDay, last_day: LastDay) -> EmailFilters:
    return EmailFilters(None, template, (recipient or "").strip() or None, first_day, last_day)

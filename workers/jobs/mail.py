"""Sends queued mails: begun, sent and ended one by one, each step in its own transaction."""

import asyncio
import time
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.leases import renewing
from backend.core.mail_settings import MailSettings
from backend.loyalty.cards.mails import card_addresses
from backend.loyalty.marketing.rules import QuietHours
from backend.loyalty.occasions.gate import check_marketing
from backend.merchants.models import Merchant
from backend.merchants.queries import list_merchants_with
from backend.messaging.claims import claim_mails, claim_platform_mails
from backend.messaging.limits import within_total
from backend.messaging.mailer import WAIT_SECONDS_MAX, Mailer, MailsWait
from backend.messaging.models import EmailLog, PlatformMail
from backend.messaging.outgoing import attempt_of, outgoing_mail
from backend.messaging.queue import QueuedMail, begin, defer, postpone, renew, withhold
from backend.messaging.secrets import is_readable, secret_of
from backend.messaging.suppression import is_suppressed
from backend.messaging.templates.catalog.test_email import TEST_EMAIL
from backend.messaging.test_email import rewrite_test_email
from backend.services import Services
from workers.jobs.mail_outcome import write_outcome
from workers.runner import tell_failure

CHUNK = 5
"""Mails claimed at once."""
CONNECTIONS = 3
"""Mails sent at the same time, each over a connection of its own: one slow answer does not stop all mails."""
RUN_SECONDS, REPEAT_SECONDS = 15.0, 5.0
"""No mail begins later in a run, and no run is repeated later: a worker that is stopped waits 25 s for its jobs, and
the next timed run is 10 s away. A conversation that is cut leaves a mail of which nobody knows whether it arrived."""
TIMEOUT_SECONDS = 300
"""Longer than a run and the longest conversation, four times 60 s."""

Waiting = deque[UUID | None]


async def send_queued_mails(context: dict[str, Any]) -> None:
    """Sends a chunk per merchant in rounds, so that one merchant's many mails do not delay the others'."""
    services: Services = context["services"]
    waiting: Waiting = deque([None, *await list_merchants_with("mails", services.pool, clock.now())])
    until = time.monotonic() + RUN_SECONDS
    await asyncio.gather(*(_send_from(services, waiting, until) for _ in range(CONNECTIONS)))


async def _send_from(services: Services, waiting: Waiting, until: float) -> None:
    """Sends over one connection: takes merchants from the shared queue, and puts those with more mails back at its end.

    It ends when the provider lets no mail through: that concerns all merchants.
    """
    async with Mailer(services.redis, services.key_ring, lambda: services.live.current.email) as mailer:
        while waiting and time.monotonic() < until:
            merchant_id = waiting.popleft()
            try:
                if await _send_some(services, mailer, merchant_id, until):
                    waiting.append(merchant_id)
            except MailsWait:
                waiting.clear()


async def _send_some(services: Services, mailer: Mailer, merchant_id: UUID | None, until: float) -> bool:
    """Whether there may be more mails. An error is logged and delays only this merchant's mails. Raises MailsWait."""
    try:
        claimed = await _claim(services, merchant_id)
        await _send(services, mailer, merchant_id, claimed, until)
    except MailsWait:
        raise
    except Exception as error:  # noqa: BLE001 - it is told, with its traceback
        tell_failure("mails_failed", error, merchant=str(merchant_id))
        return False
    return len(claimed) == CHUNK


async def _claim(services: Services, merchant_id: UUID | None) -> Sequence[QueuedMail]:
    """A chunk of due mails: the merchant's, or the platform's when `merchant_id` is None."""
    async with services.sessions.committing(merchant_id) as session:
        if merchant_id is None:
            return await claim_platform_mails(session, clock.now(), CHUNK)
        return await claim_mails(session, merchant_id, clock.now(), CHUNK)


async def _send(
    services: Services, mailer: Mailer, merchant_id: UUID | None, claimed: Sequence[QueuedMail], until: float
) -> None:
    """Mails that have to wait are given back, with those behind them. Raises MailsWait."""

    async def renew_claims() -> None:
        async with services.sessions.committing(merchant_id) as session:
            await renew(session, claimed, clock.now())

    async with renewing("mails", renew_claims):
        for position, mail in enumerate(claimed):
            try:
                await _send_one(services, mailer, merchant_id, mail, until)
            except MailsWait as wait:
                give_up_after = timedelta(hours=services.live.current.email.email_give_up_hours)
                async with services.sessions.committing(merchant_id) as session:
                    await postpone(session, claimed[position:], wait, give_up_after, clock.now())
                raise


async def _send_one(
    services: Services, mailer: Mailer, merchant_id: UUID | None, mail: QueuedMail, until: float
) -> None:
    """Raises MailsWait before anything has happened to the mail."""
    if time.monotonic() >= until:
        raise MailsWait(0, None)
    if "email" in services.live.in_force.ignored:  # the environment's way may be another one, or send nothing
        raise MailsWait(WAIT_SECONDS_MAX, "settings_unusable")
    async with mailer.admitted() as (settings, delivery):
        async with services.sessions.committing(merchant_id) as session:
            if await _is_held_back(session, services, mail):
                return
            if isinstance(mail, PlatformMail) and mail.template_code == TEST_EMAIL.code:
                await rewrite_test_email(
                    session, mail, settings, _sources(services, settings), _platform_name(services)
                )
            outgoing = outgoing_mail(
                mail,
                await _sender(session, services, settings, merchant_id),
                await _insertions(session, services, mail),
            )
            if not await begin(session, mail, attempt_of(outgoing, settings, delivery.route), clock.now()):
                return
        outcome = await mailer.send(outgoing)
    await write_outcome(services, merchant_id, mail, settings, outcome)


def _sources(services: Services, settings: MailSettings) -> Mapping[str, str]:
    """Where the values come from. Raises MailsWait when others are in force by now."""
    in_force = services.live.in_force
    if in_force.settings.email != settings:
        raise MailsWait(0, None)
    return in_force.sources


async def _is_held_back(session: AsyncSession, services: Services, mail: QueuedMail) -> bool:
    """Ends a mail that may not be sent, and gives one back that may be sent later only."""
    now, code, wait_until = clock.now(), await _objection(session, services, mail), None
    if code is None and isinstance(mail, EmailLog) and mail.kind == "marketing":
        quiet = QuietHours.of(services.live.current.limits)
        verdict = await check_marketing(session, services.key_ring, quiet, mail, now)
        code, wait_until = verdict.obstacle, verdict.wait_until
    if wait_until is not None:
        await defer(session, mail, wait_until)
    elif code is not None or not await _is_within_total(session, services, mail):
        await withhold(session, mail, code or "recipient_limit", now)
    else:
        return False
    return True


async def _objection(session: AsyncSession, services: Services, mail: QueuedMail) -> str | None:
    """Why the mail may not be sent: a key of `FAULTS`."""
    if mail.expires_at is not None and mail.expires_at < clock.now():
        return "expired"
    if mail.kind == "marketing" and await is_suppressed(session, services.key_ring, mail.recipient):
        return "suppressed"
    return None if is_readable(services.key_ring, mail) else "secret_unreadable"


async def _is_within_total(session: AsyncSession, services: Services, mail: QueuedMail) -> bool:
    """Counts the mail at its first attempt."""
    limit = services.live.current.limits.all_mails_per_mailbox_per_day
    is_first = mail.attempts == 0
    return not is_first or await within_total(session, services.key_ring, mail.recipient, limit, clock.now())


async def _sender(session: AsyncSession, services: Services, settings: MailSettings, merchant_id: UUID | None) -> str:
    """The sender's display name: the merchant's, or the platform's."""
    name = await session.scalar(select(Merchant.name).where(Merchant.id == merchant_id)) if merchant_id else None
    return name or settings.email_from_name or _platform_name(services)


def _platform_name(services: Services) -> str:
    return services.live.current.branding.platform_name


async def _insertions(session: AsyncSession, services: Services, mail: QueuedMail) -> Mapping[str, str]:
    """What may not be stored and is inserted now, by what stands for it."""
    secret = secret_of(services.key_ring, mail)
    if not isinstance(mail, EmailLog):
        return secret
    of_card = await card_addresses(session, services.links, services.unsubscribe_links, mail)
    return {**secret, **services.not_me_links.addresses(mail), **of_card}

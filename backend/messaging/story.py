"""One email's story: why it was written, each attempt, what sends it now, and what happens next. In English."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.database import Sessions
from backend.core.next_steps import NO_WORKER, in_utc, is_due, tries_at
from backend.core.paging import Cursors
from backend.messaging.history import MailEvent, read_history
from backend.messaging.models import EmailLog, MailRow, PlatformMail
from backend.messaging.problems import EmailNotFound
from backend.messaging.queries import EmailFilters, find_merchant, find_merchant_of, get_email, list_emails
from backend.messaging.resend import can_be_resent
from backend.messaging.retries import after_unknown
from backend.messaging.schemas import EmailDetail
from backend.messaging.templates.catalog import TEMPLATES
from backend.messaging.test_email import UsedSetting, used_settings
from backend.messaging.views import detail_view
from backend.settings.live import InForce

LANGUAGE = "en"
MAILS_MAX = 20
NOT_TOLD = {"body_text", "body_html", "headers"}


class MailStory(msgspec.Struct, frozen=True):
    occasion: str
    """When emails of its template are written."""
    mail: EmailDetail
    in_force: Sequence[UsedSetting]
    """What the next attempt uses; the last one may have used another."""
    next: str

    def facts(self) -> dict[str, Any]:
        mail = {name: value for name, value in msgspec.to_builtins(self.mail).items() if name not in NOT_TOLD}
        in_force = {each.key: {"value": each.value, "source": each.source} for each in self.in_force}
        return {"occasion": self.occasion, "mail": mail, "in_force": in_force, "next": self.next}


class StoryMail(msgspec.Struct, frozen=True):
    """An email as the stories of what it is about name it; `orion explain mail` tells more."""

    id: UUID
    template: str
    created_at: datetime
    status: str


async def list_cards_mails(
    session: AsyncSession,
    merchant_id: UUID,
    card_id: UUID,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[StoryMail]:
    """The last MAILS_MAX that link to the card, of all or of those written from `since` to `until`; oldest first."""
    about = select(EmailLog.id, EmailLog.template_code, EmailLog.created_at, EmailLog.status).where(
        EmailLog.merchant_id == merchant_id, EmailLog.card_id == card_id
    )
    if since is not None and until is not None:
        about = about.where(EmailLog.created_at.between(since, until))
    newest = about.order_by(EmailLog.created_at.desc(), EmailLog.id.desc()).limit(MAILS_MAX)
    return [StoryMail(*row) for row in (await session.execute(newest)).tuples()][::-1]


async def list_mails_to(pool: asyncpg.Pool, cursors: Cursors, address: str, now: datetime) -> list[StoryMail]:
    """The last MAILS_MAX, of all merchants and the platform, newest first.

    Raises EmailNotFound.
    """
    sent_to = EmailFilters(recipient=address)
    found = await list_emails(pool, cursors, None, sent_to, limit=MAILS_MAX, after=None, now=now, language=LANGUAGE)
    if not found.data:
        raise EmailNotFound
    return [StoryMail(each.id, each.template_code, each.created_at, each.status) for each in found.data]


async def read_story(
    pool: asyncpg.Pool, sessions: Sessions, in_force: InForce, mail_id: UUID, now: datetime
) -> MailStory:
    """Raises EmailNotFound."""
    merchant_id = await find_merchant_of(pool, mail_id)
    async with sessions.committing(merchant_id) as session:
        mail = await get_email(session, merchant_id, mail_id)
        detail = detail_view(mail, await find_merchant(session, merchant_id), LANGUAGE, now)
    template = TEMPLATES.get(mail.template_code)
    return MailStory(
        template.occasion if template else "Orion no longer has its template.",
        detail,
        used_settings(in_force.settings.email, in_force.sources, in_force.settings.branding.platform_name),
        next_step(mail, is_waiting="email" in in_force.ignored, now=now),
    )


def next_step(mail: EmailLog | PlatformMail, *, is_waiting: bool, now: datetime) -> str:
    """`is_waiting`: all emails wait, because stored settings cannot be used."""
    match mail.status:
        case "queued":
            return _next_of_queued(mail, is_waiting=is_waiting, now=now)
        case "sending":
            lost = after_unknown([*read_history(mail.history), MailEvent(now, "unknown")], mail.kind, now)
            then = "is sent once more with the same Message-ID" if lost.status == "queued" else "is not sent again"
            end = in_utc(mail.available_at)
            return f"The worker is handing it over. Without an outcome by {end} it {then}. {NO_WORKER}"
        case "sent" | "delivered":
            return "Nothing: the provider has it."
    if not can_be_resent(mail, now):
        return "Nothing: such an email is not sent as a new one."
    caution = " Ask the recipient first: it may have arrived." if mail.status == "unknown" else ""
    return f"Nothing by itself. It can be sent as a new email at /admin/emails/{mail.id}.{caution}"


def _next_of_queued(mail: MailRow, *, is_waiting: bool, now: datetime) -> str:
    if mail.expires_at is not None and mail.expires_at < max(mail.available_at, now):
        return "The worker ends it as failed: it is of no more use."
    if is_waiting:
        return "It waits until stored settings can be used: `orion settings list --category email` says which."
    if mail.available_at > now:
        return tries_at(mail.available_at)
    return is_due("sends it")

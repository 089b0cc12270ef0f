"""The email log, for administrators."""

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from backend.core.schemas import Page
from backend.messaging.schemas import EmailDetail, EmailSummary, FailedEmails, ResentEmails
from backend.messaging.template_editing.schemas.templates import TemplateList
from frontend.api.client import Caller

EMAILS, FAILED = "/admin/emails", "/admin/failed-emails"
PAGE = 50


async def list_emails(
    caller: Caller,
    *,
    recipient: str | None,
    status: str | None,
    template: str | None,
    merchant: str | None,
    first_day: date | None,
    last_day: date | None,
    after: str | None,
) -> Page[EmailSummary]:
    """`merchant`: a code. `after`: the cursor of the page before."""
    asked = {
        "recipient": recipient,
        "status": status,
        "template": template,
        "merchant": merchant,
        "from": first_day.isoformat() if first_day else None,
        "until": last_day.isoformat() if last_day else None,
        "after": after,
        "limit": PAGE,
    }
    return await caller.get(EMAILS, Page[EmailSummary], **asked)


async def count_failed(caller: Caller, **filters: str | None) -> FailedEmails:
    """`filters`: merchant, template, recipient, from, until."""
    return await caller.get(FAILED, FailedEmails, **filters)


async def resend_failed(caller: Caller, **filters: str | None) -> ResentEmails:
    """Like `count_failed`."""
    given = {name: value for name, value in filters.items() if value}
    return await caller.post(f"{FAILED}/resend?{urlencode(given)}", None, ResentEmails)


async def list_template_names(caller: Caller) -> dict[str, str]:
    """In the reader's language, by code."""
    listed = await caller.get("/admin/email-templates", TemplateList)
    return {template.code: template.name for template in listed.data}


async def get_email(caller: Caller, mail_id: UUID) -> EmailDetail:
    return await caller.get(f"{EMAILS}/{mail_id}", EmailDetail)


async def resend_email(caller: Caller, mail_id: UUID) -> EmailDetail:
    """Returns the new email."""
    return await caller.post(f"{EMAILS}/{mail_id}/resend", None, EmailDetail)

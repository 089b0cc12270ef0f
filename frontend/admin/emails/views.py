"""The email log: a list with filters, one email with its attempts, and sending it again."""

import asyncio
from dataclasses import asdict, replace
from datetime import date
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.core.schemas import Page
from backend.messaging.schemas import EmailSummary
from frontend.admin.emails.asked import EMAILS, NOT_FOUND, EmailsAsked
from frontend.admin.emails.messages import EmailMessages
from frontend.api.client import Caller
from frontend.api.emails import get_email, list_emails, list_template_names, resend_email
from frontend.api.responses import BackendProblem
from frontend.kit.forms import read_query
from frontend.kit.pages import page, redirect
from frontend.kit.preferences import language_of
from frontend.kit.request import Request

CONFLICT, GONE = 409, 410
RESENT_DIGITS = 3


@get(EMAILS, name="admin-emails")
async def show_emails(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form = read_query(request)
    asked, after = EmailsAsked.of(form), form.optional("after")
    try:
        return await _list_page(request, caller, asked, after)
    except BackendProblem as problem:
        if problem.status == GONE:
            return await _list_page(request, caller, asked, None)
        if problem.status != NOT_FOUND:
            raise
        # The merchant's code: the list is shown without it, and the field says why.
        return await _list_page(request, caller, asked, None, error=problem.sentence)


@get(f"{EMAILS}/{{mail_id:uuid}}", name="admin-email")
async def show_email(request: Request, caller: NamedDependency[Caller], mail_id: FromPath[UUID]) -> Response[str]:
    """`?resent` names the email of which this one is the copy."""
    return await _email_page(request, caller, mail_id, is_new=bool(read_query(request).text("resent")))


@post(f"{EMAILS}/{{mail_id:uuid}}/resend", status_code=200)
async def take_resend(request: Request, caller: NamedDependency[Caller], mail_id: FromPath[UUID]) -> Response[str]:
    try:
        copy = await resend_email(caller, mail_id)
    except BackendProblem as problem:
        if problem.status != CONFLICT:
            raise
        return await _email_page(request, caller, mail_id, trouble=problem.sentence, status=CONFLICT)
    return redirect(request, f"{EMAILS}/{copy.id}?resent=1")


async def _emails(caller: Caller, asked: EmailsAsked, after: str | None) -> Page[EmailSummary]:
    return await list_emails(
        caller,
        recipient=asked.recipient or None,
        status=asked.status or None,
        template=asked.template or None,
        merchant=asked.merchant or None,
        first_day=date.fromisoformat(asked.first) if asked.first else None,
        last_day=date.fromisoformat(asked.last) if asked.last else None,
        after=after,
    )


async def _list_page(
    request: Request, caller: Caller, asked: EmailsAsked, after: str | None, *, error: str = ""
) -> Response[str]:
    """`error`: why there is no list of this merchant."""
    listed = replace(asked, merchant="") if error else asked
    emails, templates = await asyncio.gather(_emails(caller, listed, after), list_template_names(caller))
    return page(
        request,
        "admin/emails/page.html",
        status=NOT_FOUND if error else 200,
        emails=emails,
        templates=templates,
        asked=asked,
        filters=asdict(asked),
        after=after,
        error=error,
        resent=_number(read_query(request).text("resent")),
        messages=EmailMessages(language_of(request)),
    )


async def _email_page(
    request: Request, caller: Caller, mail_id: UUID, *, is_new: bool = False, trouble: str = "", status: int = 200
) -> Response[str]:
    email = await get_email(caller, mail_id)
    messages = EmailMessages(language_of(request))
    return page(
        request,
        "admin/emails/email.html",
        status=status,
        email=email,
        messages=messages,
        is_new=is_new,
        trouble=trouble,
    )


def _number(text: str) -> int | None:
    """How many emails were sent anew a moment ago."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= RESENT_DIGITS else None

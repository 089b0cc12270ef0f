"""After an outage: sends the failed emails of the list's filters anew, once the number was seen."""

from dataclasses import asdict
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency

from frontend.admin.emails.asked import EMAILS, NOT_FOUND, EmailsAsked
from frontend.api.client import Caller
from frontend.api.emails import count_failed, resend_failed
from frontend.api.responses import BackendProblem
from frontend.kit.forms import read_form, read_query
from frontend.kit.pages import page, redirect
from frontend.kit.request import Request

FAILED = f"{EMAILS}/failed"


@get(FAILED, name="admin-failed-emails")
async def show_failed(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    asked = EmailsAsked.of(read_query(request))
    try:
        failed = await count_failed(caller, **_filters(asked))
    except BackendProblem as problem:
        if problem.status != NOT_FOUND:
            raise
        # The merchant's code: the list says so beside the field.
        return redirect(request, f"{EMAILS}?{urlencode(asdict(asked))}")
    return page(request, "admin/emails/failed.html", failed=failed, filters=asdict(asked))


@post(FAILED, status_code=200)
async def take_failed(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    asked = EmailsAsked.of(await read_form(request))
    resent = await resend_failed(caller, **_filters(asked))
    query = asdict(asked) | {"status": "", "resent": str(resent.resent)}
    return redirect(request, f"{EMAILS}?{urlencode({name: value for name, value in query.items() if value})}")


def _filters(asked: EmailsAsked) -> dict[str, str | None]:
    return {
        "merchant": asked.merchant or None,
        "template": asked.template or None,
        "recipient": asked.recipient or None,
        "from": asked.first or None,
        "until": asked.last or None,
    }

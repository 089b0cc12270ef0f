"""The merchant's endpoints for events: the list, the form, the secret that is shown once."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from backend.webhooks.schemas import NewWebhookEndpoint, WebhookEndpointDetail
from frontend.api import webhooks as api
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem
from frontend.kit.conflicts import saved_by
from frontend.kit.fields import version_of
from frontend.kit.forms import Form, read_form, read_query
from frontend.kit.pages import page, redirect
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.office.webhooks.form import change_of, draft_of, form_of, take_errors
from frontend.office.webhooks.messages import OVERLAPS, WebhookMessages

WEBHOOKS = "/office/api/webhooks"
CONFLICT, STALE, UNPROCESSABLE = 409, 412, 422


@get(WEBHOOKS, name="office-webhooks")
async def show_webhooks(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """`done` in the address: what has just happened, to be said once."""
    messages = WebhookMessages(language_of(request))
    return page(
        request,
        "office/webhooks/page.html",
        endpoints=await api.list_endpoints(caller),
        done=messages.done(read_query(request).text("done")),
        messages=messages,
    )


@get(f"{WEBHOOKS}/new", name="office-new-webhook")
async def show_new_webhook(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    return await editor_page(request, caller, Form({}))


@post(f"{WEBHOOKS}/new", status_code=200)
async def take_new_webhook(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    form, messages = await read_form(request), WebhookMessages(language_of(request))
    draft = draft_of(form, messages)
    if draft is None:
        return await editor_page(request, caller, form, status=UNPROCESSABLE)
    try:
        created = await api.create_endpoint(caller, draft)
    except BackendProblem as problem:
        if problem.status not in {CONFLICT, UNPROCESSABLE}:
            raise
        take_errors(form, problem, messages)
        return await editor_page(request, caller, form, status=problem.status)
    return _secret_page(request, created)


@get(f"{WEBHOOKS}/{{endpoint_id:uuid}}/edit", name="office-edit-webhook")
async def show_webhook_form(
    request: Request, caller: NamedDependency[Caller], endpoint_id: FromPath[UUID]
) -> Response[str]:
    endpoint = await api.get_endpoint(caller, endpoint_id)
    return await editor_page(request, caller, form_of(endpoint), endpoint)


@post(f"{WEBHOOKS}/{{endpoint_id:uuid}}/edit", status_code=200)
async def take_webhook(request: Request, caller: NamedDependency[Caller], endpoint_id: FromPath[UUID]) -> Response[str]:
    form, messages = await read_form(request), WebhookMessages(language_of(request))
    endpoint, change = await api.get_endpoint(caller, endpoint_id), change_of(form, messages)
    if change is None:
        return await editor_page(request, caller, form, endpoint, status=UNPROCESSABLE)
    try:
        await api.change_endpoint(caller, endpoint_id, change, version=version_of(form))
    except BackendProblem as problem:
        if problem.status == STALE:
            form.fields["version"] = str(endpoint.version)
            who = saved_by(request, problem)
            return await editor_page(request, caller, form, endpoint, status=STALE, stale=who)
        if problem.status != UNPROCESSABLE:
            raise
        take_errors(form, problem, messages)
        return await editor_page(request, caller, form, endpoint, status=UNPROCESSABLE)
    return redirect(request, f"{WEBHOOKS}/{endpoint_id}?done=saved")


@post(f"{WEBHOOKS}/{{endpoint_id:uuid}}/delete")
async def take_webhook_deletion(
    request: Request, caller: NamedDependency[Caller], endpoint_id: FromPath[UUID]
) -> Response[str]:
    await api.delete_endpoint(caller, endpoint_id)
    return redirect(request, f"{WEBHOOKS}?done=deleted")


@post(f"{WEBHOOKS}/{{endpoint_id:uuid}}/secret", status_code=200)
async def take_new_secret(
    request: Request, caller: NamedDependency[Caller], endpoint_id: FromPath[UUID]
) -> Response[str]:
    hours = (await read_form(request)).text("overlap_hours")
    created = await api.rotate_secret(caller, endpoint_id, int(hours) if hours in OVERLAPS else 24)
    return _secret_page(request, created)


@post(f"{WEBHOOKS}/{{endpoint_id:uuid}}/end-former-secret")
async def take_end_of_secret(
    request: Request, caller: NamedDependency[Caller], endpoint_id: FromPath[UUID]
) -> Response[str]:
    await api.end_former_secret(caller, endpoint_id)
    return redirect(request, f"{WEBHOOKS}/{endpoint_id}?done=ended")


def _secret_page(request: Request, endpoint: NewWebhookEndpoint) -> Response[str]:
    """Not a redirect: no address and no store of ours has the secret."""
    return page(request, "office/webhooks/secret.html", endpoint=endpoint, headers={"Cache-Control": "no-store"})


async def editor_page(
    request: Request,
    caller: Caller,
    form: Form,
    endpoint: WebhookEndpointDetail | None = None,
    *,
    status: int = 200,
    stale: str = "",
) -> Response[str]:
    """`endpoint`: as it is stored; None for a new one. `stale`: name of the person who saved in between."""
    return page(
        request,
        "office/webhooks/editor.html",
        status=status,
        form=form,
        endpoint=endpoint,
        types=await api.list_event_types(caller),
        stale=stale,
        messages=WebhookMessages(language_of(request)),
    )

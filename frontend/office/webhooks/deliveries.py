"""One endpoint with its deliveries, one delivery with its attempts; tests and replays."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from frontend.api import webhooks as api
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem
from frontend.kit.fields import day_in
from frontend.kit.forms import read_form, read_query
from frontend.kit.pages import page, redirect
from frontend.kit.preferences import language_of
from frontend.kit.request import Request
from frontend.office.webhooks.messages import STATES, WebhookMessages
from frontend.office.webhooks.views import CONFLICT, WEBHOOKS

GONE = 410
TYPE_MAX, COUNT_DIGITS_MAX = 40, 6
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DeliveriesAsked:
    """What the list shows. Unknown states are ignored."""

    state: str = ""
    type: str = ""


@get(f"{WEBHOOKS}/{{endpoint_id:uuid}}", name="office-webhook")
async def show_webhook(request: Request, caller: NamedDependency[Caller], endpoint_id: FromPath[UUID]) -> Response[str]:
    form = read_query(request)
    state = form.text("state") if form.text("state") in STATES else ""
    asked, after = DeliveriesAsked(state, form.text("type")[:TYPE_MAX]), form.optional("after")
    try:
        return await _endpoint_page(request, caller, endpoint_id, asked, after)
    except BackendProblem as problem:
        if problem.status != GONE:
            raise
        return await _endpoint_page(request, caller, endpoint_id, asked, None)


@get(f"{WEBHOOKS}/deliveries/{{delivery_id:uuid}}", name="office-webhook-delivery")
async def show_webhook_delivery(
    request: Request, caller: NamedDependency[Caller], delivery_id: FromPath[UUID]
) -> Response[str]:
    return await _delivery_page(request, caller, delivery_id, done=read_query(request).text("done"))


@post(f"{WEBHOOKS}/deliveries/{{delivery_id:uuid}}/replay", status_code=200)
async def take_webhook_replay(
    request: Request, caller: NamedDependency[Caller], delivery_id: FromPath[UUID]
) -> Response[str]:
    try:
        await api.replay_delivery(caller, delivery_id)
    except BackendProblem as problem:
        if problem.status != CONFLICT:
            raise
        return await _delivery_page(request, caller, delivery_id, trouble=problem.sentence, status=CONFLICT)
    return redirect(request, f"{WEBHOOKS}/deliveries/{delivery_id}?done=replayed")


@post(f"{WEBHOOKS}/{{endpoint_id:uuid}}/replay", status_code=200)
async def take_failed_replay(
    request: Request, caller: NamedDependency[Caller], endpoint_id: FromPath[UUID]
) -> Response[str]:
    """`since`: a day; all failed ones without it."""
    day = day_in((await read_form(request)).text("since"))
    since = datetime.combine(datetime.fromisoformat(day), time(), UTC) if day else BEGINNING
    try:
        count = await api.replay_failed(caller, endpoint_id, since)
    except BackendProblem as problem:
        return await _refused(request, caller, endpoint_id, problem)
    return redirect(request, f"{WEBHOOKS}/{endpoint_id}?replayed={count}")


@post(f"{WEBHOOKS}/{{endpoint_id:uuid}}/test", status_code=200)
async def take_webhook_test(
    request: Request, caller: NamedDependency[Caller], endpoint_id: FromPath[UUID]
) -> Response[str]:
    try:
        delivery = await api.send_test(caller, endpoint_id)
    except BackendProblem as problem:
        return await _refused(request, caller, endpoint_id, problem)
    return redirect(request, f"{WEBHOOKS}/deliveries/{delivery.id}?done=tested")


async def _refused(request: Request, caller: Caller, endpoint_id: UUID, problem: BackendProblem) -> Response[str]:
    if problem.status != CONFLICT:
        raise problem
    return await _endpoint_page(
        request, caller, endpoint_id, DeliveriesAsked(), None, trouble=problem.sentence, status=CONFLICT
    )


async def _endpoint_page(
    request: Request,
    caller: Caller,
    endpoint_id: UUID,
    asked: DeliveriesAsked,
    after: str | None,
    *,
    trouble: str = "",
    status: int = 200,
) -> Response[str]:
    endpoint, query, messages = (
        await api.get_endpoint(caller, endpoint_id),
        read_query(request),
        WebhookMessages(language_of(request)),
    )
    deliveries = await api.list_deliveries(
        caller, endpoint_id, state=asked.state or None, event_type=asked.type or None, after=after
    )
    count = query.text("replayed")
    return page(
        request,
        "office/webhooks/endpoint.html",
        status=status,
        endpoint=endpoint,
        deliveries=deliveries,
        asked=asked,
        filters=asdict(asked),
        after=after,
        done=messages.done(query.text("done")),
        replayed=int(count) if count.isascii() and count.isdigit() and len(count) <= COUNT_DIGITS_MAX else None,
        trouble=trouble,
        messages=messages,
    )


async def _delivery_page(
    request: Request, caller: Caller, delivery_id: UUID, *, done: str = "", trouble: str = "", status: int = 200
) -> Response[str]:
    messages = WebhookMessages(language_of(request))
    return page(
        request,
        "office/webhooks/delivery.html",
        status=status,
        delivery=await api.get_delivery(caller, delivery_id),
        done=messages.done(done),
        trouble=trouble,
        messages=messages,
    )

"""The connection test on the page of email: its steps appear one by one, or together without JavaScript."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.response import Stream

from backend.messaging.connection_test.schemas import (
    STEP_NAMES,
    ConnectionTestLine,
    ConnectionTestRequest,
    ConnectionTestStep,
    ConnectionTestVerdict,
)
from backend.settings.schemas import SettingCategory
from frontend.admin.settings.category_page import category_page, suggested_rows
from frontend.admin.settings.form import entered, take_errors, take_suggestion
from frontend.admin.settings.messages import SettingMessages
from frontend.admin.settings.views import EMAIL, FORBIDDEN, SETTINGS, read_category
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem, BackendUnavailable
from frontend.api.settings import test_connection
from frontend.kit.forms import Form, read_form
from frontend.kit.pages import is_htmx, page
from frontend.kit.preferences import language_of
from frontend.kit.problems import SIGNED_OUT
from frontend.kit.request import Request

EVENTS = "text/event-stream"
WHOLE_PAGE = {"HX-Retarget": "#page", "HX-Reswap": "innerMorph"}
"""For an answer that is not the test: the form with its errors."""

Lines = AsyncGenerator[ConnectionTestLine, None]


@post(f"{SETTINGS}/{EMAIL}/connection-test", status_code=200)
async def take_connection_test(request: Request, caller: NamedDependency[Caller]) -> Response[str] | Stream:
    form, view = await read_form(request), await read_category(caller, EMAIL)
    body = ConnectionTestRequest(entered(form, view), form.optional("recipient"))
    lines = test_connection(caller, body)
    try:
        first = await anext(lines)
    except BackendProblem as problem:
        return _refused(request, view, form, problem)
    if is_htmx(request) and EVENTS in request.headers.get("accept", ""):
        return Stream(_events(request, first, lines), media_type=EVENTS, headers={"X-Accel-Buffering": "no"})
    steps, verdict = await _whole(first, lines)
    return category_page(request, view, form, steps=steps, verdict=verdict)


@post(f"{SETTINGS}/{EMAIL}/suggestion", status_code=200)
async def use_suggestion(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """The form with the values that the test has proposed; nothing is saved."""
    form, view = await read_form(request), await read_category(caller, EMAIL)
    suggested = take_suggestion(form, view)
    if is_htmx(request):
        return suggested_rows(request, view, form, suggested)
    return category_page(request, view, form, saved="suggested")


async def _events(request: Request, first: ConnectionTestLine, lines: Lines) -> AsyncIterator[str]:
    """The whole panel after each step: it replaces the one before."""
    steps: list[ConnectionTestStep] = []
    async with aclosing(lines):
        verdict = _take(steps, first)
        yield _event(request, steps, verdict)
        try:
            async for line in lines:
                verdict = _take(steps, line)
                yield _event(request, steps, verdict)
        except BackendUnavailable:
            yield _event(request, steps, verdict, is_interrupted=True)


async def _whole(
    first: ConnectionTestLine, lines: Lines
) -> tuple[list[ConnectionTestStep], ConnectionTestVerdict | None]:
    steps: list[ConnectionTestStep] = []
    verdict = _take(steps, first)
    async with aclosing(lines):
        async for line in lines:
            verdict = _take(steps, line)
    return steps, verdict


def _take(steps: list[ConnectionTestStep], line: ConnectionTestLine) -> ConnectionTestVerdict | None:
    if isinstance(line, ConnectionTestVerdict):
        return line
    steps.append(line)
    return None


def _event(
    request: Request,
    steps: list[ConnectionTestStep],
    verdict: ConnectionTestVerdict | None,
    *,
    is_interrupted: bool = False,
) -> str:
    panel = page(
        request,
        "admin/settings/test_panel.html",
        messages=SettingMessages(language_of(request)),
        steps=steps,
        step_names=STEP_NAMES,
        verdict=verdict,
        is_running=verdict is None and not is_interrupted,
        is_interrupted=is_interrupted,
    ).content
    return "".join(f"data: {line}\n" for line in panel.splitlines()) + "\n"


def _refused(request: Request, view: SettingCategory, form: Form, problem: BackendProblem) -> Response[str]:
    if problem.status in {SIGNED_OUT, FORBIDDEN}:
        raise problem
    take_errors(form, problem)
    response = category_page(request, view, form, status=problem.status)
    if is_htmx(request):
        response.headers.update(WHOLE_PAGE)
    return response

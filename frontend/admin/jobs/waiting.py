"""What waits in the background and since when, and the events that were given up."""

import asyncio
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from frontend.admin.jobs.messages import JobMessages
from frontend.admin.jobs.places import JOBS, WAITING
from frontend.api.client import Caller
from frontend.api.responses import BackendProblem
from frontend.api.tasks import get_backlogs, list_parked_events, release_parked_event, release_parked_events
from frontend.kit.forms import read_form, read_query
from frontend.kit.pages import page, redirect
from frontend.kit.preferences import language_of
from frontend.kit.request import Request

NOT_FOUND, GONE = 404, 410
REACTION_MAX, DIGITS_MAX = 100, 7


@get(WAITING, name="admin-waiting")
async def show_waiting(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    try:
        return await _page(request, caller, read_query(request).optional("after"))
    except BackendProblem as problem:
        if problem.status != GONE:
            raise
        return await _page(request, caller, None)


@post(f"{JOBS}/events/{{event_id:uuid}}/release", status_code=200)
async def take_release(request: Request, caller: NamedDependency[Caller], event_id: FromPath[UUID]) -> Response[str]:
    try:
        await release_parked_event(caller, event_id)
    except BackendProblem as problem:
        if problem.status != NOT_FOUND:
            raise
        return redirect(request, f"{WAITING}?released=0")
    return redirect(request, f"{WAITING}?released=1")


@post(f"{JOBS}/events/release", status_code=200)
async def take_releases(request: Request, caller: NamedDependency[Caller]) -> Response[str]:
    """All events of which one reaction has failed, or all."""
    reaction = (await read_form(request)).text("reaction")[:REACTION_MAX]
    return redirect(request, f"{WAITING}?released={await release_parked_events(caller, reaction or None)}")


async def _page(request: Request, caller: Caller, after: str | None) -> Response[str]:
    reaction = read_query(request).text("reaction")[:REACTION_MAX]
    backlogs, parked = await asyncio.gather(
        get_backlogs(caller), list_parked_events(caller, reaction=reaction or None, after=after)
    )
    return page(
        request,
        "admin/jobs/waiting.html",
        backlogs=backlogs,
        parked=parked,
        reactions=sorted({name for event in parked.data for name in event.reactions}),
        reaction=reaction,
        filters={"reaction": reaction} if reaction else {},
        after=after,
        released=_number(read_query(request).text("released")),
        place=WAITING,
        messages=JobMessages(language_of(request)),
    )


def _number(text: str) -> int | None:
    """How many events were released a moment ago."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX else None

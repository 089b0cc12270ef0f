"""Parked events, for platform admins."""

from typing import Annotated
from uuid import UUID

from arq.connections import ArqRedis
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.access.guards import all_of, for_platform, limited
from backend.access.permissions import RUN_TASKS
from backend.access.problems import SIGNED_IN
from backend.core.clock import clock
from backend.core.database import Sessions
from backend.core.openapi import empty, refusals, success
from backend.core.origin import PlatformOrigin
from backend.core.paging import LIMIT_DEFAULT, CursorExpired, Cursors, PageCursor, PageLimit
from backend.core.problems import ValidationFailed
from backend.core.queue import RELAY, try_to_wake
from backend.core.schemas import STORABLE, Page
from backend.operations.parked_events.actions import release_event, release_events
from backend.operations.parked_events.problems import ParkedEventNotFound
from backend.operations.parked_events.queries import list_parked
from backend.operations.parked_events.schemas import EventRelease, EventsReleased, ParkedEvent

FailedReaction = Annotated[
    str | None,
    QueryParameter(
        max_length=100, pattern=STORABLE, description="Name of a reaction that has failed. Without it: all."
    ),
]


class ParkedEventController(Controller):
    path = "/parked-events"
    tags = ["Operations"]

    @get(
        operation_id="listParkedEvents",
        summary="Events that were given up after their attempts, longest parked first",
        guards=[for_platform(RUN_TASKS)],
        responses=refusals(*SIGNED_IN, CursorExpired, ValidationFailed),
    )
    async def parked(
        self,
        sessions: NamedDependency[Sessions],
        cursors: NamedDependency[Cursors],
        reaction: FailedReaction = None,
        limit: PageLimit = LIMIT_DEFAULT,
        after: PageCursor = None,
    ) -> Page[ParkedEvent]:
        now, scope = clock.now(), f"parked-events:{reaction or ''}"
        events, has_more = await list_parked(sessions, reaction, after=cursors.read(scope, after, now), limit=limit)
        last = events[-1] if has_more else None
        return Page(
            data=events,
            next_cursor=cursors.write(scope, last.parked_at, last.id, now) if last else None,
            has_more=has_more,
        )

    @post(
        "/{event_id:uuid}/release",
        operation_id="releaseParkedEvent",
        summary="Try what has failed of a parked event again",
        status_code=204,
        guards=[all_of(for_platform(RUN_TASKS), limited("event-release", 60))],
        responses={204: empty("It is tried again")} | refusals(*SIGNED_IN, ParkedEventNotFound),
    )
    async def release(
        self,
        event_id: FromPath[UUID],
        sessions: NamedDependency[Sessions],
        queue: NamedDependency[ArqRedis],
        platform_origin: NamedDependency[PlatformOrigin],
    ) -> None:
        await release_event(sessions, platform_origin, event_id)
        await try_to_wake(queue, RELAY)

    @post(
        "/release",
        operation_id="releaseParkedEvents",
        summary="Try all parked events again, or all of which one reaction has failed",
        status_code=200,
        guards=[all_of(for_platform(RUN_TASKS), limited("event-release", 60))],
        responses={200: success(EventsReleased)} | refusals(*SIGNED_IN, ValidationFailed),
    )
    async def release_all(
        self,
        data: JSONBody[EventRelease],
        sessions: NamedDependency[Sessions],
        queue: NamedDependency[ArqRedis],
        platform_origin: NamedDependency[PlatformOrigin],
    ) -> EventsReleased:
        count = await release_events(sessions, platform_origin, data.reaction)
        await try_to_wake(queue, RELAY)
        return EventsReleased(count)

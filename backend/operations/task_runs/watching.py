"""Streams of a run's progress. Each reads the run every LOOK_SECONDS and holds no database connection in between."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

import msgspec
from litestar.response import ServerSentEventMessage

from backend.operations.task_runs.problems import TooManyWatching
from backend.operations.task_runs.schemas import TaskRunView

WATCHING_MAX = 20
"""In one process."""
WATCHING_OF_ONE_MAX = 5
"""Of one person, so that nobody takes the places of all others."""
LOOK_SECONDS = 1.0
PING_SECONDS = 10.0
"""Proxies close a connection on which nothing is sent for much longer."""
SECONDS_MAX = 60.0
"""Then the browser connects again, and the person's rights are checked anew: an ended session sees no more."""
UNFINISHED = ("queued", "running")


@dataclass(slots=True)
class RunWatchers:
    """The streams of this process, by person."""

    watching: Counter[UUID] = field(default_factory=Counter)

    def check_place(self, person: UUID) -> None:
        """Raises TooManyWatching."""
        if not self._has_place(person):
            raise TooManyWatching

    async def watch(
        self, person: UUID, look: Callable[[], Awaitable[TaskRunView]]
    ) -> AsyncGenerator[ServerSentEventMessage, None]:
        """The run at once and whenever it has changed, until it has ended. Nothing when all places are taken by now."""
        if not self._has_place(person):
            return
        self.watching[person] += 1
        try:
            async for event in _events(look):
                yield event
        finally:
            self.watching[person] -= 1

    def _has_place(self, person: UUID) -> bool:
        return self.watching.total() < WATCHING_MAX and self.watching[person] < WATCHING_OF_ONE_MAX


async def _events(look: Callable[[], Awaitable[TaskRunView]]) -> AsyncIterator[ServerSentEventMessage]:
    clock = asyncio.get_running_loop().time
    until, told, said_at = clock() + SECONDS_MAX, None, 0.0
    while clock() < until:
        run = await look()
        if run != told:
            yield ServerSentEventMessage(data=msgspec.json.encode(run).decode())
            told, said_at = run, clock()
        elif clock() - said_at >= PING_SECONDS:
            yield ServerSentEventMessage(comment="waits")
            said_at = clock()
        if run.state not in UNFINISHED:
            return
        await asyncio.sleep(LOOK_SECONDS)

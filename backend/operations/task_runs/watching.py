"""Streams of a run's progress. Each reads the run every LOOK_SECONDS and holds no database connection in between."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import msgspec
from litestar.response import ServerSentEventMessage

from backend.operations.task_runs.problems import TooManyWatching
from backend.operations.task_runs.schemas import TaskRunView

WATCHING_MAX = 20
"""In one process."""
LOOK_SECONDS = 1.0
PING_SECONDS = 10.0
"""Proxies close a connection on which nothing is sent for much longer."""
SECONDS_MAX = 300.0
"""Then the browser connects again, and the person's rights are checked anew."""
UNFINISHED = ("queued", "running")


@dataclass(slots=True)
class RunWatchers:
    """The streams of this process."""

    count: int = 0

    def check_place(self) -> None:
        """Raises TooManyWatching."""
        if self.count >= WATCHING_MAX:
            raise TooManyWatching

    async def watch(self, look: Callable[[], Awaitable[TaskRunView]]) -> AsyncIterator[ServerSentEventMessage]:
        """The run at once and whenever it has changed, until it has ended."""
        clock, self.count = asyncio.get_running_loop().time, self.count + 1
        until, told, said_at = clock() + SECONDS_MAX, None, 0.0
        try:
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
        finally:
            self.count -= 1

"""Tablets that wait for a change. Nobody holds a connection to the database meanwhile: each looks once in a while."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from backend.loyalty.device_sync.problems import TooManyWaiting

WAITING_MAX = 200
"""In one process."""
LOOK_SECONDS = 5.0


@dataclass(slots=True)
class WaitingDevices:
    """Those of this process."""

    count: int = 0

    async def wait(self, is_changed: Callable[[], Awaitable[bool]], seconds: float) -> bool:
        """Whether something has changed within the time. Raises TooManyWaiting."""
        async with self._place():
            ends_at = asyncio.get_running_loop().time() + seconds
            while not await is_changed():
                left = ends_at - asyncio.get_running_loop().time()
                if left <= 0:
                    return False
                await asyncio.sleep(min(LOOK_SECONDS, left))
            return True

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        if self.count >= WAITING_MAX:
            raise TooManyWaiting
        self.count += 1
        try:
            yield
        finally:
            self.count -= 1

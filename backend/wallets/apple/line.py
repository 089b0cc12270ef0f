"""The connection to Apple, and all that was ever opened for it.

httpcore loses sight of a connection that is made while another one fails or its client is closed. It would stay open
until garbage collection finds it.
"""

from collections.abc import Callable
from typing import Any

import httpx

from backend.core.outbound.door import HttpResponse, ask


class Line:
    """Whoever has left it still gets their answers; what it has opened is closed when the last of them has."""

    def __init__(self, make: Callable[[], httpx.AsyncClient]) -> None:
        self._make, self._http = make, make()
        self._calls, self._is_left = 0, False
        self._opened: list[Any] = []

    @property
    def is_busy(self) -> bool:
        return self._calls > 0

    async def post(self, url: str, *, seconds: float, **told: Any) -> HttpResponse:
        """Raises CallFailed."""
        self._calls += 1
        try:
            return await ask(self._http, "POST", url, seconds=seconds, on_open=self._opened.append, **told)
        finally:
            self._calls -= 1
            if not self._calls:
                await self._tidy()

    async def leave(self) -> None:
        """No further calls."""
        self._is_left = True
        if not self._calls:
            await self._tidy()

    async def close(self) -> None:
        await self._close(self._http)

    async def _close(self, http: httpx.AsyncClient) -> None:
        opened, self._opened = self._opened, []
        await http.aclose()
        for stream in opened:
            await stream.aclose()

    async def _tidy(self) -> None:
        """Nobody waits for anything: one connection at most is of use."""
        self._opened = [stream for stream in self._opened if stream.get_extra_info("socket").fileno() >= 0]
        if self._is_left:
            await self.close()
        elif len(self._opened) > 1:
            # Which of them the client knows, it does not tell.
            tangled, self._http = self._http, self._make()
            await self._close(tangled)

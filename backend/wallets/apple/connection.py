"""The connection to Apple's push service, with all sockets that were opened for it.

httpcore loses track of a connection that is opened while another one fails or its client is closed. It would stay open
until it is garbage-collected.
"""

from collections.abc import Callable
from typing import Any

import httpx

from backend.core.outbound.calls import HttpResponse, send_request


class ApnsConnection:
    """After `retire`, pending calls still get their responses. The sockets are closed after the last one."""

    def __init__(self, make: Callable[[], httpx.AsyncClient]) -> None:
        self._make, self._http = make, make()
        self._calls, self._is_retired = 0, False
        self._opened: list[Any] = []

    @property
    def is_busy(self) -> bool:
        return self._calls > 0

    async def post(self, url: str, *, seconds: float, **request: Any) -> HttpResponse:
        """Raises CallFailed."""
        self._calls += 1
        try:
            return await send_request(self._http, "POST", url, seconds=seconds, on_open=self._opened.append, **request)
        finally:
            self._calls -= 1
            if not self._calls:
                await self._close_unused()

    async def retire(self) -> None:
        """No further calls are made."""
        self._is_retired = True
        if not self._calls:
            await self._close_unused()

    async def close(self) -> None:
        await self._close(self._http)

    async def _close(self, http: httpx.AsyncClient) -> None:
        opened, self._opened = self._opened, []
        await http.aclose()
        for stream in opened:
            await stream.aclose()

    async def _close_unused(self) -> None:
        """Called when no call is pending. One socket at most is still used."""
        self._opened = [stream for stream in self._opened if _is_open(stream)]
        if self._is_retired:
            await self.close()
        elif len(self._opened) > 1:
            # The client does not tell which of them it uses.
            former, self._http = self._http, self._make()
            await self._close(former)


def _is_open(stream: Any) -> bool:
    try:
        return bool(stream.get_extra_info("socket").fileno() >= 0)
    except AttributeError:
        # uvloop has no socket for a transport that is closed, and anyio asks the socket for its peer first.
        return False

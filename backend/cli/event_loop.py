"""Runs a command's coroutine without ever waiting for the lookup of a name that nobody needs any more."""

import asyncio
import socket
from collections.abc import Coroutine
from contextlib import suppress
from threading import Thread
from typing import Any, TypeVar

ActT = TypeVar("ActT")


class _DaemonLookupLoop(asyncio.SelectorEventLoop):
    """Looks names up in threads that end with the process.

    The name of a stopped container is asked of every server that resolv.conf names: half a minute. Time limits end the
    wait for the answer, but `asyncio.run` waits for its own threads before it returns.
    """

    async def getaddrinfo(self, host: Any, port: Any, **chosen: Any) -> Any:
        found: asyncio.Future[Any] = self.create_future()

        def tell(result: Any, error: Exception | None) -> None:
            if not found.done():
                found.set_exception(error) if error else found.set_result(result)

        def look_up() -> None:
            result, failure = None, None
            try:
                result = socket.getaddrinfo(host, port, **chosen)
            except (OSError, UnicodeError) as error:  # the latter of a name that no DNS can hold
                failure = error
            # The command has ended meanwhile: its loop is closed.
            with suppress(RuntimeError):
                self.call_soon_threadsafe(tell, result, failure)

        Thread(target=look_up, name="name lookup", daemon=True).start()
        return await found


def run(act: Coroutine[Any, Any, ActT]) -> ActT:
    """Like `asyncio.run`."""
    with asyncio.Runner(loop_factory=_DaemonLookupLoop) as runner:
        return runner.run(act)

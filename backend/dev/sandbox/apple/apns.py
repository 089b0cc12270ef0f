"""A fake of Apple's push service: real HTTP/2, required client certificates, scripted faults."""

import asyncio
import ssl
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from h2.exceptions import ProtocolError

from backend.dev.sandbox.apple.apns_connection import ServerConnection
from backend.dev.sandbox.apple.pki import ROOT, SERVER, SERVER_KEY
from backend.dev.sandbox.apple.pushes import Push, Script
from backend.wallets.apple.certificates import WWDR

INVALID_TOKEN = "0" * 64
REASONS = {
    400: "BadDeviceToken",
    403: "BadCertificate",
    410: "Unregistered",
    413: "PayloadTooLarge",
    429: "TooManyRequests",
    500: "InternalServerError",
    503: "ServiceUnavailable",
}


class FakeApns:
    """`on_push`: called with the token of each accepted push."""

    def __init__(self, on_push: Callable[[str], Awaitable[None]] | None = None) -> None:
        self.pushes: list[Push] = []
        """Accepted pushes."""
        self.refused: list[tuple[str, str]] = []
        """Tokens and reasons of refused pushes."""
        self.scripts: defaultdict[str, deque[Script]] = defaultdict(deque)
        self.always: Script | None = None
        """For tokens without a script."""
        self.connection_count = 0
        self._on_push = on_push
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, folder: Path, port: int = 0) -> str:
        """Starts the server and returns its URL. `folder`: written by `ApplePki.write`."""
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(folder / SERVER, folder / SERVER_KEY)
        for name in (ROOT, WWDR):
            tls.load_verify_locations(folder / name)
        tls.verify_mode = ssl.CERT_REQUIRED
        tls.set_alpn_protocols(["h2"])
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", port, ssl=tls)
        return f"https://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def script(self, token: str, *scripts: Script) -> None:
        self.scripts[token].extend(scripts)

    def tokens(self) -> list[str]:
        return [push.token for push in self.pushes]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connection_count += 1
        self._writers.add(writer)
        connection = ServerConnection(self, reader, writer)
        with suppress(ConnectionError, ProtocolError, ssl.SSLError, asyncio.CancelledError):
            await connection.run()
        self._writers.discard(writer)
        writer.close()

    def keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def next_script(self, token: str) -> Script:
        if self.scripts[token]:
            return self.scripts[token].popleft()
        return self.always or Script(status=400 if token == INVALID_TOKEN else 200)

    async def take(self, push: Push, pass_type: str, script: Script) -> tuple[int, dict[str, str | int]]:
        """Accepts or refuses the push. Returns status and body of the response."""
        status, reason = script.status, script.reason or REASONS.get(script.status, "")
        if push.topic != pass_type:
            status, reason = 400, "TopicDisallowed" if push.topic else "MissingTopic"
        elif not push.body:
            status, reason = 400, "PayloadEmpty"
        if status == 200:  # noqa: PLR2004
            self.pushes.append(push)
            if self._on_push:
                self.keep(asyncio.ensure_future(self._notify(push.token)))
            return status, {}
        self.refused.append((push.token, reason))
        timestamp = {"timestamp": script.timestamp_ms} if script.timestamp_ms is not None else {}
        return status, {} if script.is_empty else {"reason": reason, **timestamp}

    async def _notify(self, token: str) -> None:
        assert self._on_push is not None
        await self._on_push(token)

"""Apple's push service on this machine: real HTTP/2, client certificates demanded, faults on cue."""

import asyncio
import json
import ssl
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.x509.oid import NameOID
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, Event, RequestReceived, StreamEnded
from h2.exceptions import ProtocolError

from backend.dev.sandbox.apple.pki import ROOT, SERVER, SERVER_KEY
from backend.wallets.apple.certificates import WWDR

DEVICE = "/3/device/"
NOBODY = "0" * 64
REASONS = {
    400: "BadDeviceToken",
    403: "BadCertificate",
    410: "Unregistered",
    413: "PayloadTooLarge",
    429: "TooManyRequests",
    500: "InternalServerError",
    503: "ServiceUnavailable",
}
Trouble = Literal["hang", "rst", "goaway", "abort", "lost"]
"""`lost`: the push is taken, its answer is not heard."""


@dataclass(frozen=True)
class Script:
    """What the next push to a token meets."""

    status: int = 200
    reason: str | None = None
    timestamp_ms: int | None = None
    trouble: Trouble | None = None
    is_empty: bool = False
    """No body, as some of Apple's errors have none."""
    latency_seconds: float = 0


@dataclass(frozen=True)
class Push:
    token: str
    topic: str
    push_type: str
    body: bytes
    authorization: str = ""
    """Of whoever pushes with a token instead of a certificate."""


class FakeApns:
    """`on_push`: told of each push that was taken, such as a phone."""

    def __init__(self, on_push: Callable[[str], Awaitable[None]] | None = None) -> None:
        self.pushes: list[Push] = []
        """Those that were taken."""
        self.refused: list[tuple[str, str]] = []
        """Token and reason."""
        self.scripts: defaultdict[str, deque[Script]] = defaultdict(deque)
        self.always: Script | None = None
        """For every token without a script of its own."""
        self.connection_count = 0
        self._on_push = on_push
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, folder: Path, port: int = 0) -> str:
        """Its address. The folder has been written by `ApplePki.write`."""
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
        talk = _Talk(self, reader, writer)
        with suppress(ConnectionError, ProtocolError, ssl.SSLError, asyncio.CancelledError):
            await talk.run()
        self._writers.discard(writer)
        writer.close()

    def keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def next_script(self, token: str) -> Script:
        if self.scripts[token]:
            return self.scripts[token].popleft()
        return self.always or Script(status=400 if token == NOBODY else 200)

    async def take(self, push: Push, pass_type: str, script: Script) -> tuple[int, dict[str, str | int]]:
        """Status and body."""
        status, reason = script.status, script.reason or REASONS.get(script.status, "")
        if push.topic != pass_type:
            status, reason = 400, "TopicDisallowed" if push.topic else "MissingTopic"
        elif not push.body:
            status, reason = 400, "PayloadEmpty"
        if status == 200:  # noqa: PLR2004
            self.pushes.append(push)
            if self._on_push:
                self.keep(asyncio.ensure_future(self._told(push.token)))
            return status, {}
        self.refused.append((push.token, reason))
        timestamp = {"timestamp": script.timestamp_ms} if script.timestamp_ms is not None else {}
        return status, {} if script.is_empty else {"reason": reason, **timestamp}

    async def _told(self, token: str) -> None:
        assert self._on_push is not None
        await self._on_push(token)


class _Talk:
    """One connection."""

    def __init__(self, apns: FakeApns, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._apns, self._reader, self._writer = apns, reader, writer
        self._pass_type = _pass_type(writer)
        self._h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self._headers: dict[int, dict[str, str]] = {}
        self._bodies: defaultdict[int, bytes] = defaultdict(bytes)

    async def run(self) -> None:
        self._h2.initiate_connection()
        await self._flush()
        while data := await self._reader.read(65536):
            for event in self._h2.receive_data(data):
                self._note(event)
            await self._flush()

    def _note(self, event: Event) -> None:
        match event:
            case RequestReceived():
                self._headers[event.stream_id] = {str(name): str(text) for name, text in event.headers}
            case DataReceived():
                self._bodies[event.stream_id] += event.data
                self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case StreamEnded():
                self._apns.keep(asyncio.ensure_future(self._answer(event.stream_id)))
            case _:
                pass

    async def _answer(self, stream: int) -> None:
        headers = self._headers.pop(stream)
        token = headers[":path"].removeprefix(DEVICE)
        push = Push(
            token,
            headers.get("apns-topic", ""),
            headers.get("apns-push-type", ""),
            self._bodies.pop(stream, b""),
            headers.get("authorization", ""),
        )
        script = self._apns.next_script(token)
        await asyncio.sleep(script.latency_seconds)
        with suppress(ConnectionError, ProtocolError):
            if script.trouble is None:
                await self._send(stream, *await self._apns.take(push, self._pass_type, script))
                return
            if script.trouble == "lost":
                await self._apns.take(push, self._pass_type, script)
            await self._make_trouble(script.trouble, stream)

    async def _send(self, stream: int, status: int, body: dict[str, str | int]) -> None:
        content = json.dumps(body).encode() if body else b""
        self._h2.send_headers(stream, [(":status", str(status))], end_stream=not content)
        if content:
            self._h2.send_data(stream, content, end_stream=True)
        await self._flush()

    async def _make_trouble(self, trouble: Trouble, stream: int) -> None:
        match trouble:
            case "rst" | "lost":
                self._h2.reset_stream(stream, ErrorCodes.REFUSED_STREAM)
                await self._flush()
            case "goaway":
                self._h2.close_connection()
                await self._flush()
                self._writer.close()
            case "abort":
                self._writer.transport.abort()
            case "hang":
                pass

    async def _flush(self) -> None:
        self._writer.write(self._h2.data_to_send())
        await self._writer.drain()


def _pass_type(writer: asyncio.StreamWriter) -> str:
    """Of the client's certificate, whose topic is the only one it may push to."""
    certificate = x509.load_der_x509_certificate(writer.get_extra_info("ssl_object").getpeercert(binary_form=True))
    return str(certificate.subject.get_attributes_for_oid(NameOID.USER_ID)[0].value)

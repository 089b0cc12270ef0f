"""One HTTP/2 connection to the fake APNs."""

import asyncio
import json
from collections import defaultdict
from contextlib import suppress
from typing import Protocol

from cryptography import x509
from cryptography.x509.oid import NameOID
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, Event, RequestReceived, StreamEnded
from h2.exceptions import ProtocolError

from backend.dev.sandbox.apple.pushes import ConnectionFault, Push, Script

DEVICE = "/3/device/"


class PushService(Protocol):
    def next_script(self, token: str) -> Script: ...

    async def take(self, push: Push, pass_type: str, script: Script) -> tuple[int, dict[str, str | int]]:
        """Handles the push. Returns status and body of the response."""

    def keep(self, task: asyncio.Task[None]) -> None:
        """Holds a reference to the task until it has ended."""


class ServerConnection:
    def __init__(self, apns: PushService, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
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
                self._handle(event)
            await self._flush()

    def _handle(self, event: Event) -> None:
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
            if script.fault is None:
                await self._send(stream, *await self._apns.take(push, self._pass_type, script))
                return
            if script.fault == "lost":
                await self._apns.take(push, self._pass_type, script)
            await self._inject(script.fault, stream)

    async def _send(self, stream: int, status: int, body: dict[str, str | int]) -> None:
        content = json.dumps(body).encode() if body else b""
        self._h2.send_headers(stream, [(":status", str(status))], end_stream=not content)
        if content:
            self._h2.send_data(stream, content, end_stream=True)
        await self._flush()

    async def _inject(self, fault: ConnectionFault, stream: int) -> None:
        match fault:
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
    """The pass type of the client's certificate: the only topic it may push to."""
    certificate = x509.load_der_x509_certificate(writer.get_extra_info("ssl_object").getpeercert(binary_form=True))
    return str(certificate.subject.get_attributes_for_oid(NameOID.USER_ID)[0].value)

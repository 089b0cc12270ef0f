"""Serves an ASGI application over HTTP on loopback, in the test's event loop, so that the test can read its state."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import h11

from backend.dev.sandbox.google.web import ConnectionLost


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """Yields the base URL."""
    writers: set[asyncio.StreamWriter] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        with suppress(ConnectionError, asyncio.CancelledError, h11.ProtocolError):
            await _talk(app, reader, writer)
        writers.discard(writer)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, backlog=512)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.close()
        for writer in writers:
            writer.close()


async def _talk(app: Any, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    connection = h11.Connection(h11.SERVER)
    while True:
        request = await _next(connection, reader)
        if not isinstance(request, h11.Request):
            return
        body = b""
        while isinstance(part := await _next(connection, reader), h11.Data):
            body += part.data
        try:
            await app(_scope(request), _receive(body), _send(connection, writer))
        except ConnectionLost:
            writer.transport.abort()
            return
        if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
            return
        connection.start_next_cycle()


async def _next(connection: h11.Connection, reader: asyncio.StreamReader) -> Any:
    while (event := connection.next_event()) is h11.NEED_DATA:
        connection.receive_data(await reader.read(65536))
    return event


def _scope(request: h11.Request) -> dict[str, Any]:
    path, _, query = request.target.partition(b"?")
    return {
        "type": "http",
        "method": request.method.decode(),
        "path": path.decode(),
        "query_string": query,
        "headers": list(request.headers),
    }


def _receive(body: bytes) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _send(connection: h11.Connection, writer: asyncio.StreamWriter) -> Any:
    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            event: Any = h11.Response(status_code=message["status"], headers=message["headers"])
            writer.write(connection.send(event))
            return
        writer.write(connection.send(h11.Data(message.get("body", b""))))
        if not message.get("more_body"):
            writer.write(connection.send(h11.EndOfMessage()))
        await writer.drain()

    return send

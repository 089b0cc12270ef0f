"""All failures outside reach our own code as one: CallFailed."""

import asyncio
import gc
import gzip
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest

from backend.core.outbound.calls import CallFailed, decoded, outbound_errors, send_request, tls_errors

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n"
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Claim(msgspec.Struct):
    token: str


@asynccontextmanager
async def house(*says: bytes, hangs_up: bool = True) -> AsyncIterator[str]:
    """A server that says this to every request."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        for part in says:
            writer.write(part)
        if not hangs_up:
            await reader.read()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def call(url: str, *, seconds: float = 5, bytes_max: int = 1024) -> bytes:
    async with httpx.AsyncClient(trust_env=False) as http:
        return (await send_request(http, "GET", url, seconds=seconds, bytes_max=bytes_max)).content


async def test_an_answer_of_any_status_comes_through() -> None:
    async with (
        house(b"HTTP/1.1 503 Busy\r\nretry-after: 7\r\ncontent-length: 4\r\n\r\nbusy") as url,
        httpx.AsyncClient() as http,
    ):
        answer = await send_request(http, "GET", url, seconds=5)
        assert (answer.status, answer.headers["Retry-After"], answer.content) == (503, "7", b"busy")
        with pytest.raises(CallFailed, match=r"^503$"):
            answer.successful()


@pytest.mark.parametrize(
    "says",
    [
        (),
        (b"not HTTP at all\r\n\r\n",),
        (HEAD, b"\r\nhalf"),
        (HEAD + b"content-encoding: gzip\r\n\r\n", b"no gzip!!"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"no chunk\r\n"),
        (b"HTTP/1.1 200 OK\r\nlocation: http://[::1\r\n", b"content-length: -1\r\n\r\n"),
    ],
)
async def test_an_answer_that_is_broken_is_none(says: tuple[bytes, ...]) -> None:
    async with house(*says) as url:
        with pytest.raises(CallFailed) as failure:
            await call(url)
    assert not failure.value.is_unreachable
    assert "127.0.0.1" not in str(failure.value)


async def test_a_silent_server_is_waited_for_as_long_as_was_said() -> None:
    async with house(hangs_up=False) as url:
        with pytest.raises(CallFailed, match="TimeoutError"):
            await call(url, seconds=0.2)


async def test_an_answer_without_an_end_is_not_read_on() -> None:
    async with house(HEAD.replace(b"9", b"99999") + b"\r\n", b"x" * 5000, hangs_up=False) as url:
        with pytest.raises(CallFailed, match="more than 1024 bytes"):
            await call(url)


async def test_a_packed_answer_counts_as_large_as_it_is() -> None:
    bomb = gzip.compress(b"x" * 100_000)
    async with house(
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n%b" % (len(bomb), bomb)
    ) as url:
        with pytest.raises(CallFailed, match="more than 1024 bytes"):
            await call(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "https://[::1", "gopher://127.0.0.1/", "http://"])
async def test_an_address_where_nobody_is_was_never_reached(url: str) -> None:
    with pytest.raises(CallFailed) as failure:
        await call(url)
    assert failure.value.is_unreachable


async def test_a_server_without_tls_is_told_as_what_tls_says() -> None:
    async with house(b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        with pytest.raises(CallFailed) as failure:
            await call(url.replace("http:", "https:"))
    assert failure.value.is_unreachable


@pytest.mark.parametrize(
    "error",
    [
        ssl.SSLError(1, "[SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca"),
        ExceptionGroup("unhandled errors in a TaskGroup", [ssl.SSLError(1, "alert"), OSError("reset")]),
        httpx.DecodingError("zlib"),
        httpx.InvalidURL("no address"),
        KeyError("stream 7"),
        ConnectionResetError(),
        TimeoutError(),
        UnicodeDecodeError("ascii", b"\xff", 0, 1, "no"),
    ],
)
def test_every_error_that_a_library_lets_through_is_the_calls_failure(error: Exception) -> None:
    with pytest.raises(CallFailed) as failure, outbound_errors():
        raise error
    told = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
    assert failure.value.reason == type(told).__name__
    assert list(tls_errors(failure.value)) == ([told] if isinstance(told, ssl.SSLError) else [])


async def test_a_call_given_up_in_the_handshake_leaves_no_connection_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Garbage collection would close it, and complain in the test that runs then."""
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    async with house(hangs_up=False) as url:
        with pytest.raises(CallFailed):
            await call(url.replace("http:", "https:"), seconds=0.3)
        gc.collect()
    assert complaints == []


async def test_a_cancellation_of_the_whole_call_is_obeyed() -> None:
    async with house(hangs_up=False) as url:
        calling = asyncio.create_task(call(url, seconds=60))
        await asyncio.sleep(0)
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling


@pytest.mark.parametrize(
    "content", [b"<html>Sign in to the wifi</html>", b"", b"[]", b'{"token": 7}', b"\xff\xfe", b"null"]
)
def test_a_page_where_json_was_asked_for_is_no_answer(content: bytes) -> None:
    with pytest.raises(CallFailed):
        decoded(content, Claim)
    assert decoded(b'{"token": "a"}', Claim) == Claim("a")

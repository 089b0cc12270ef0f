"""The one door to the outside: whatever a call may raise leaves it as CallFailed.

HTTP clients let through what lies below them: TLS, sockets, HTTP/2, decoders, groups of errors. Nobody else catches it.
"""

import asyncio
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import msgspec

T = TypeVar("T")

ANSWER_BYTES_MAX = 4 * 1024 * 1024
UNREACHABLE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)


class CallFailed(Exception):
    """No answer that settles anything. `reason` names the kind of trouble: texts of libraries may hold addresses."""

    def __init__(self, reason: str, *, is_unreachable: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_unreachable = is_unreachable
        """Nothing was sent: there was nobody to send it to."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_success(self) -> bool:
        return httpx.codes.is_success(self.status)

    def successful(self) -> "Answer":
        """Raises CallFailed for any status but a success."""
        if not self.is_success:
            raise CallFailed(str(self.status))
        return self


@contextmanager
def through_the_door() -> Iterator[None]:
    """Around the library's call, and nothing of ours."""
    try:
        yield
    except CallFailed:
        raise
    except Exception as error:
        cause = _first_of(error)
        raise CallFailed(type(cause).__name__, is_unreachable=isinstance(cause, UNREACHABLE)) from error


async def ask(
    http: httpx.AsyncClient,
    method: str,
    url: str | httpx.URL,
    *,
    seconds: float,
    bytes_max: int = ANSWER_BYTES_MAX,
    is_raw: bool = False,
    extensions: Mapping[str, Any] | None = None,
    on_open: Callable[[Any], None] | None = None,
    **request: Any,
) -> Answer:
    """The whole answer, of any status, within `seconds`. Raises CallFailed.

    `is_raw`: packed as it came; `on_open` is told of a connection that is made for it.
    """
    watched = {**(extensions or {}), "trace": _Handshake(on_open).watch}
    with through_the_door():
        async with asyncio.timeout(seconds), http.stream(method, url, extensions=watched, **request) as response:
            content = bytearray()
            async for part in response.aiter_raw() if is_raw else response.aiter_bytes():
                content += part
                if len(content) > bytes_max:
                    raise CallFailed(f"more than {bytes_max} bytes")
            return Answer(response.status_code, response.headers, bytes(content))


def decoded(content: bytes, kind: type[T]) -> T:
    """Of JSON. Raises CallFailed: a page of a proxy in between is no answer."""
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise CallFailed("not the JSON that was asked for") from error


def tls_errors(failure: CallFailed) -> Iterator[ssl.SSLError]:
    """What TLS has to do with it, if anything."""
    return (error for error in _behind(failure) if isinstance(error, ssl.SSLError))


class _Handshake:
    """Closes a connection whose TLS handshake did not end: httpcore forgets it open when the call is given up then."""

    def __init__(self, on_open: Callable[[Any], None] | None) -> None:
        self._on_open = on_open
        self._stream: Any = None

    async def watch(self, event: str, info: Mapping[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            self._stream = info["return_value"]
            if self._on_open:
                self._on_open(self._stream)
        elif event == "connection.start_tls.failed":
            await self._stream.aclose()


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for one in error.exceptions:
                yield from _behind(one)
        error = error.__cause__ or error.__context__


def _first_of(error: BaseException) -> BaseException:
    return _first_of(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error

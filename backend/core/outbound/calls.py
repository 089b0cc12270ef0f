"""Calls to other services: every exception of the client library is raised as CallFailed.

HTTP clients also raise errors of lower layers: TLS, sockets, HTTP/2, decoders, exception groups.
"""

import asyncio
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import msgspec

from environment.tracing.switch import tracing

T = TypeVar("T")

ANSWER_BYTES_MAX = 4 * 1024 * 1024
UNREACHABLE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)


class CallFailed(Exception):
    """The call has no usable response. `reason` is the error's class: texts of libraries may contain addresses."""

    def __init__(self, reason: str, *, is_unreachable: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_unreachable = is_unreachable
        """There was no connection, so nothing was sent."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_success(self) -> bool:
        return httpx.codes.is_success(self.status)

    def successful(self) -> "HttpResponse":
        """Raises CallFailed unless the status is a success."""
        if not self.is_success:
            raise CallFailed(str(self.status))
        return self


@contextmanager
def outbound_errors() -> Iterator[None]:
    """Wrap only the call of the library in it: it converts every exception to CallFailed."""
    try:
        yield
    except CallFailed:
        raise
    except Exception as error:
        cause = _first_of(error)
        raise CallFailed(type(cause).__name__, is_unreachable=isinstance(cause, UNREACHABLE)) from error


async def send_request(
    http: httpx.AsyncClient,
    method: str,
    url: str | httpx.URL,
    *,
    seconds: float,
    bytes_max: int = ANSWER_BYTES_MAX,
    is_raw: bool = False,
    is_cut: bool = False,
    extensions: Mapping[str, Any] | None = None,
    on_open: Callable[[Any], None] | None = None,
    **request: Any,
) -> HttpResponse:
    """The complete response, of any status, within `seconds`. Raises CallFailed.

    `is_raw`: without decoding the content encoding. `is_cut`: of a longer response only the beginning, and without
    reading the rest. `on_open`: called with the stream of a new connection.
    """
    traced = {**(extensions or {}), "trace": _Handshake(on_open).trace}
    with outbound_errors(), tracing().calling(method, url):
        async with asyncio.timeout(seconds), http.stream(method, url, extensions=traced, **request) as response:
            content = bytearray()
            async for part in response.aiter_raw() if is_raw else response.aiter_bytes():
                content += part
                if len(content) > bytes_max:
                    if is_cut:
                        break
                    raise CallFailed(f"more than {bytes_max} bytes")
            return HttpResponse(response.status_code, response.headers, bytes(content[:bytes_max]))


def decoded(content: bytes, kind: type[T]) -> T:
    """The JSON as this type. Raises CallFailed, for example when a proxy has answered with a page."""
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise CallFailed("not the JSON that was asked for") from error


def tls_errors(failure: CallFailed) -> Iterator[ssl.SSLError]:
    """The TLS errors among the causes of the failure."""
    return (error for error in causes(failure) if isinstance(error, ssl.SSLError))


class _Handshake:
    """Closes a connection whose TLS handshake failed: httpcore leaves it open when the call is cancelled then."""

    def __init__(self, on_open: Callable[[Any], None] | None) -> None:
        self._on_open = on_open
        self._stream: Any = None

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            self._stream = info["return_value"]
            if self._on_open:
                self._on_open(self._stream)
        elif event == "connection.start_tls.failed":
            await self._stream.aclose()


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, its causes and contexts, and the members of exception groups."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for one in error.exceptions:
                yield from causes(one)
        error = error.__cause__ or error.__context__


def _first_of(error: BaseException) -> BaseException:
    return _first_of(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error

"""HTTP access to the backend: one client per process, one `Caller` per request."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import Any, TypeVar

import httpx
from httpx_aiohttp import AiohttpTransport

from backend.core.schemas import Answer, Body, Page
from frontend.api.bodies import asking_for_marks, encoded
from frontend.api.responses import (
    BackendUnavailable,
    decoded,
    next_line,
    refusal,
    successful,
    unavailable_on_error,
)

T = TypeVar("T", bound=Answer | Page[Any])

BASE_PATH = "/api/v1"
TIMEOUTS = httpx.Timeout(connect=1.0, pool=1.0, read=7.0, write=5.0)
WHOLE_CALL_SECONDS = 8.0
"""Shorter than htmx's own ten seconds, so that the user gets our message instead of a timeout."""
WITHOUT_A_WORD = {202, 204}
LIMITS = httpx.Limits(max_connections=200, max_keepalive_connections=100, keepalive_expiry=30)


def open_client(backend_url: str, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """The aiohttp transport costs a third of httpx's own per call."""
    return httpx.AsyncClient(
        base_url=backend_url,
        # On the same machine or network compression costs more than it saves.
        headers={"Accept-Encoding": "identity"},
        transport=transport or AiohttpTransport(limits=LIMITS, trust_env=False),
        timeout=TIMEOUTS,
        trust_env=False,
    )


class Caller:
    """Calls the backend on behalf of one request, with its token, store, language and address in the headers."""

    def __init__(self, client: httpx.AsyncClient, headers: Mapping[str, str]) -> None:
        self._client = client
        self._headers = dict(headers)

    def signed_in(self, token: str, store_code: str | None = None) -> "Caller":
        store = {"X-Store-Code": store_code} if store_code else {}
        return Caller(self._client, self._headers | {"Authorization": f"Bearer {token}"} | store)

    def at_store(self, store_code: str) -> "Caller":
        """At another store than the one where the user works at present."""
        return Caller(self._client, self._headers | {"X-Store-Code": store_code})

    def known_as(self, device: str) -> "Caller":
        """Adds the proofs of earlier sign-ins with this browser."""
        return Caller(self._client, self._headers | ({"Known-Device": device} if device else {}))

    async def get(self, path: str, answer: type[T], **params: str | int | None) -> T:
        """Parameters that are None are left out."""
        query = {name: value for name, value in params.items() if value is not None}
        return decoded(await self._send("GET", path, params=query), answer)

    async def post(
        self, path: str, body: Body | None, answer: type[T], *, key: str | None = None, version: int | None = None
    ) -> T:
        """`key` is the idempotency key of a call that moves value. `version`: of what is changed, as it was read."""
        return decoded(await self._send("POST", path, body=body, key=key, headers=_if_match(version)), answer)

    async def patch(self, path: str, body: Body, answer: type[T], *, version: int | None = None) -> T:
        """`version`: of what is changed, as it was read."""
        return decoded(await self._send("PATCH", path, body=body, headers=_if_match(version)), answer)

    async def put(self, path: str, body: Body | None, answer: type[T], *, version: int | None = None) -> T:
        return decoded(await self._send("PUT", path, body=body, headers=_if_match(version)), answer)

    async def delete(self, path: str, answer: type[T], *, version: int | None = None) -> T:
        return decoded(await self._send("DELETE", path, headers=_if_match(version)), answer)

    async def upload(self, path: str, file: bytes, answer: type[T]) -> T:
        """The answer to a file; its name and type are told by nobody, because the backend looks inside."""
        request = httpx.Request("POST", "http://backend", files={"file": ("file", file)})
        response = await self._ask("POST", BASE_PATH + path, request.headers, content=request.read())
        return decoded(successful(response), answer)

    async def stream(self, path: str, body: Body | None, *, pause_seconds: float) -> AsyncGenerator[bytes, None]:
        """The lines of the answer, each when it arrives. `pause_seconds`: the longest wait for one.

        Without a body it is asked for with GET.
        """
        timeouts = httpx.Timeout(TIMEOUTS.connect, read=pause_seconds, write=TIMEOUTS.write, pool=TIMEOUTS.pool)
        method, headers, content = "GET", dict(self._headers), None
        if body is not None:
            method, content = "POST", encoded(body)
            headers["Content-Type"] = "application/json"
        request = self._client.build_request(
            method, BASE_PATH + path, headers=headers, content=content, timeout=timeouts
        )
        with unavailable_on_error():
            response = await self._client.send(request, stream=True)
        try:
            if response.is_error:
                with unavailable_on_error():
                    await response.aread()
                raise refusal(response)
            lines = response.aiter_lines()
            while (line := await next_line(lines)) is not None:
                yield line.encode()
        finally:
            await response.aclose()

    async def download(self, path: str, **params: str | int | None) -> AsyncGenerator[bytes, None]:
        """A file, in parts as they arrive. Parameters that are None are left out."""
        query = {name: value for name, value in params.items() if value is not None}
        request = self._client.build_request("GET", BASE_PATH + path, headers=self._headers, params=query)
        with unavailable_on_error():
            response = await self._client.send(request, stream=True)
        try:
            if response.is_error:
                with unavailable_on_error():
                    await response.aread()
                raise refusal(response)
            with unavailable_on_error():
                async for part in response.aiter_bytes():
                    yield part
        finally:
            await response.aclose()

    async def read(self, path: str) -> httpx.Response:
        """What is not JSON, such as a picture."""
        return await self._send("GET", path)

    async def get_changed(self, path: str, answer: type[T], etag: str) -> tuple[T, str] | None:
        """The answer with its ETag; None when it is still the one with `etag`."""
        response = await self._send("GET", path, headers={"If-None-Match": etag} if etag else {})
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return None
        return decoded(response, answer), response.headers.get("etag", "")

    async def tell(self, path: str, body: Body | None = None, *, method: str = "POST") -> None:
        """Expects 202 or 204 without content; any other success does not come from Orion."""
        response = await self._send(method, path, body=body)
        if response.status_code not in WITHOUT_A_WORD:
            raise BackendUnavailable(f"status {response.status_code} where nothing is to be said")

    async def is_alive(self) -> bool:
        try:
            return (await self._ask("GET", "/health/live", {})).is_success
        except BackendUnavailable:
            return False

    async def _send(
        self,
        method: str,
        path: str,
        *,
        body: Body | None = None,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str | int] | None = None,
    ) -> httpx.Response:
        headers = {**(headers or {}), **({"Idempotency-Key": key} if key else {}), **asking_for_marks()}
        content = b""
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = encoded(body)
        return successful(await self._ask(method, BASE_PATH + path, headers, content=content, params=params))

    async def _ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        *,
        content: bytes = b"",
        params: Mapping[str, str | int] | None = None,
    ) -> httpx.Response:
        with unavailable_on_error():
            async with asyncio.timeout(WHOLE_CALL_SECONDS):
                return await self._client.request(
                    method, path, headers=self._headers | dict(headers), content=content, params=params
                )


def _if_match(version: int | None) -> dict[str, str]:
    return {} if version is None else {"If-Match": f'"{version}"'}

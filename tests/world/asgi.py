"""An application that is asked without a server."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from i18n.checks.contexts import CONTEXTS
from i18n.context import GLUE

MARKED = re.compile(rf"(?:{'|'.join(map(re.escape, sorted(CONTEXTS)))})(?:{GLUE}|\\u0004)")
"""As `PN_` marks a word, in a page or in JSON. What was asked may be answered, with whatever signs it has."""


class ReadTransport(httpx.ASGITransport):
    """Looks at each text that is answered: what `PN_` has marked must be translated first."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        if answer.headers.get("content-type", "").startswith(("text/", "application/json", "application/problem+json")):
            assert isinstance(answer.stream, httpx.AsyncByteStream)
            content = b"".join([part async for part in answer.stream])
            text = httpx.Response(answer.status_code, headers=answer.headers, content=content).text
            assert MARKED.search(text) is None, "a sentence is shown with its context"
            answer.stream = httpx.ByteStream(content)
        return answer


def asgi_transport(app: Callable[..., Awaitable[None]], **options: Any) -> httpx.ASGITransport:
    """Litestar and httpx type the same protocol differently."""
    return ReadTransport(app, **options)

"""Somebody who taps five times: each request that changes something is sent several times at the same time."""

import asyncio
from collections import Counter

import httpx

TIMES = 5
ONCE = ("/me/confirmation", "/pairing-code")
"""Ends of the paths that are sent once: each answer replaces what the one before has given, and a test needs one."""


class HastyTransport(httpx.AsyncBaseTransport):
    """Answers with the best answer. A request that is the same and signed once is refused all but once."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner
        self.statuses: Counter[int] = Counter()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET" or request.url.path.endswith(ONCE):
            return await self.inner.handle_async_request(request)
        body = await request.aread()
        answers = await asyncio.gather(*(self._send(request, body) for _ in range(TIMES)))
        self.statuses.update(answer.status_code for answer in answers)
        return min(answers, key=lambda answer: answer.status_code)

    async def _send(self, request: httpx.Request, body: bytes) -> httpx.Response:
        again = httpx.Request(request.method, request.url, headers=request.headers, content=body)
        answer = await self.inner.handle_async_request(again)
        content = await answer.aread()
        headers = [(name, value) for name, value in answer.headers.multi_items() if name not in PACKED]
        return httpx.Response(answer.status_code, headers=headers, content=content)


PACKED = {"content-encoding", "content-length"}
"""Of the body as it was sent; what is read is unpacked."""

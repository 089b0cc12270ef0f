"""Pictures as `data:` addresses: the page that shows them loads nothing from elsewhere."""

import base64

import httpx

from backend.core.outbound.door import CallFailed, ask

FETCH_SECONDS = 10.0


def data_url(body: bytes, media_type: str = "image/png") -> str:
    return f"data:{media_type};base64,{base64.b64encode(body).decode()}"


class Pictures:
    """Fetched once by address and kept, as Google does."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._kept: dict[str, str] = {}

    async def fetched(self, url: str | None) -> str | None:
        """None also for one that cannot be fetched; it is asked for again the next time."""
        if url and url not in self._kept:
            try:
                answer = (await ask(self._http, "GET", url, seconds=FETCH_SECONDS)).successful()
            except CallFailed:
                return None
            self._kept[url] = data_url(answer.content, answer.headers["content-type"])
        return self._kept.get(url) if url else None

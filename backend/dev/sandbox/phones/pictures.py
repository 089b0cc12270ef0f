"""Pictures as `data:` URLs, because the page that shows them may load nothing from other hosts."""

import base64

import httpx

from backend.core.outbound.calls import CallFailed, send_request

FETCH_SECONDS = 10.0


def data_url(body: bytes, media_type: str = "image/png") -> str:
    return f"data:{media_type};base64,{base64.b64encode(body).decode()}"


class Pictures:
    """Pictures by URL, each fetched once and cached, as Google does."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._cache: dict[str, str] = {}

    async def fetched(self, url: str | None) -> str | None:
        """None when there is no URL, or when it cannot be fetched; it is then tried again at the next call."""
        if url and url not in self._cache:
            try:
                response = (await send_request(self._http, "GET", url, seconds=FETCH_SECONDS)).successful()
            except CallFailed:
                return None
            self._cache[url] = data_url(response.content, response.headers["content-type"])
        return self._cache.get(url) if url else None

"""A browser without scripts, or with htmx, as far as the server can tell."""

import re
from html import unescape

import httpx
from litestar import Litestar

from frontend.app import create_app
from frontend.settings import Settings
from tests.frontend.staff_backend import StaffBackend

CARD_PATH = "/till/cards/0198c0de-0000-7000-8000-000000000001"
HTMX = {"HX-Request": "true", "HX-Current-URL": f"http://orion.test{CARD_PATH}"}
SETTINGS = Settings(environment="test", secret_keys="the key of the tests", public_url="http://orion.test")


def app_with(backend: StaffBackend, settings: Settings = SETTINGS) -> Litestar:
    return create_app(settings, httpx.MockTransport(backend))


class Browser:
    """Follows no redirect; sends the token of the last page with every form."""

    def __init__(self, app: Litestar) -> None:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(
            transport=transport, base_url="http://orion.test", headers={"Accept-Language": "en"}, follow_redirects=False
        )
        self.page = ""

    async def open(self, path: str, **headers: str) -> httpx.Response:
        return self._seen(await self.client.get(path, headers=headers))

    async def send(self, path: str, *, htmx: bool = False, **fields: str | list[str]) -> httpx.Response:
        data = {"_csrf_token": self.hidden("_csrf_token")} | fields
        return self._seen(await self.client.post(path, data=data, headers=HTMX if htmx else {}))

    async def sign_in(self, **fields: str) -> httpx.Response:
        await self.open("/sign-in")
        return await self.send("/sign-in", email="anna@fashion.example", password="orion-demo-2026", **fields)

    def hidden(self, name: str) -> str:
        """The value of a hidden field of the last page; empty when there is none."""
        match = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        return match[1] if match else ""

    def repeats(self, typed: str) -> bool:
        """Whether the last page holds it anywhere but in a random token, which may hold anything."""
        return typed in re.sub(r"[0-9a-f-]{32,}", "", self.page)

    @property
    def text(self) -> str:
        """What a person reads, on one line."""
        words = re.sub(r"<(script|style|template)\b.*?</\1>|<[^>]+>", " ", self.page, flags=re.DOTALL)
        return re.sub(r"\s+", " ", unescape(words))

    def _seen(self, response: httpx.Response) -> httpx.Response:
        if response.text:
            token = self.hidden("_csrf_token")
            self.page = response.text
            if not self.hidden("_csrf_token"):
                self.page += f'<input name="_csrf_token" value="{token}">'
        return response

"""A browser with or without htmx, as seen by the server."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import httpx
from litestar import Litestar

from frontend.app import create_app
from frontend.settings import Settings
from tests.frontend.staff_backend import StaffBackend
from tests.world.asgi import asgi_transport

CARD_PATH = "/till/cards/0198c0de-0000-7000-8000-000000000001"
HTMX = {"HX-Request": "true", "HX-Current-URL": f"http://orion.test{CARD_PATH}"}
SETTINGS = Settings(environment="test", secret_keys="the key of the tests", public_url="http://orion.test")


def app_with(backend: StaffBackend, settings: Settings = SETTINGS) -> Litestar:
    return create_app(settings, httpx.MockTransport(backend))


Form = dict[str, Any]
"""Fields that a test unpacks beside arguments of other types."""


class Browser:
    """Does not follow redirects. Sends the token of the last page with every form."""

    def __init__(self, app: Litestar | None, url: str = "http://orion.test") -> None:
        """Without an application it asks the server at `url`."""
        transport = asgi_transport(app, raise_app_exceptions=False) if app else None
        self.client = httpx.AsyncClient(
            transport=transport,
            base_url=url,
            headers={"Accept-Language": "en"},
            follow_redirects=False,
            trust_env=False,
        )
        self.page = ""

    async def open(self, path: str, **headers: str) -> httpx.Response:
        return self._seen(await self.client.get(path, headers=headers))

    async def send(
        self, path: str, *, htmx: bool = False, files: dict[str, bytes] | None = None, **fields: str | list[str]
    ) -> httpx.Response:
        data = {"_csrf_token": self.hidden("_csrf_token")} | fields
        return self._seen(await self.client.post(path, data=data, files=files, headers=HTMX if htmx else {}))

    async def submit(self, path: str, *, files: dict[str, bytes] | None = None, **entered: Any) -> httpx.Response:
        """The form of the last page with this action, as it is shown but for what is `entered`."""
        return await self.send(path, files=files, **self.fields(path) | entered)

    async def sign_in(self, **fields: Any) -> httpx.Response:
        await self.open("/sign-in")
        person = {"email": "anna@fashion.example", "password": "orion-demo-2026"}
        answer = await self.send("/sign-in", **person | fields)
        if answer.is_redirect:
            await self.open("/forgotten")  # Any page has the token of the new session; this one asks no backend.
        return answer

    def hidden(self, name: str) -> str:
        """The value of a hidden field of the last page; empty when there is none."""
        match = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        return match[1] if match else ""

    def fields(self, action: str) -> dict[str, str | list[str]]:
        """What the form with this action would send; empty when its fields are disabled."""
        reader = _FormReader(action)
        reader.feed(self.page)
        return {name: values[0] if len(values) == 1 else values for name, values in reader.fields.items()}

    def says(self, field: str) -> str:
        """The error beside a field."""
        match = re.search(rf'id="{field}-says">.*?</p>', self.page, flags=re.DOTALL)
        return unescape(re.sub(r"<[^>]+>", "", match[0].partition(">")[2])).strip() if match else ""

    def repeats(self, typed: str) -> bool:
        """Whether the last page contains the text, ignoring random tokens."""
        return typed in re.sub(r"[0-9a-f-]{32,}", "", self.page)

    @property
    def text(self) -> str:
        """The visible text of the last page, on one line."""
        words = re.sub(r"<(script|style|template)\b.*?</\1>|<[^>]+>", " ", self.page, flags=re.DOTALL)
        return re.sub(r"\s+", " ", unescape(words))

    def _seen(self, response: httpx.Response) -> httpx.Response:
        if response.text:
            token = self.hidden("_csrf_token")
            self.page = response.text
            if not self.hidden("_csrf_token"):
                self.page += f'<input name="_csrf_token" value="{token}">'
        return response


class _FormReader(HTMLParser):
    """Reads the values of inputs that a browser would send. Our forms of this kind have no other controls."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self._action = action
        self._is_inside = self._is_disabled = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "form":
            self._is_inside, self._is_disabled = told.get("action") == self._action, False
        elif tag == "fieldset" and "disabled" in told:
            self._is_disabled = True
        elif tag == "input" and self._is_inside and not self._is_disabled:
            self._take(told)

    def handle_endtag(self, tag: str) -> None:
        self._is_inside = self._is_inside and tag != "form"

    def _take(self, told: dict[str, str | None]) -> None:
        kind, name = told.get("type"), told.get("name")
        if name and (kind not in {"file", "submit", "checkbox", "radio"} or (kind != "file" and "checked" in told)):
            self.fields.setdefault(name, []).append(told.get("value") or ("" if "value" in told else "on"))

"""Collects errors that a browser reports while Orion is used."""

import re
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, ConsoleMessage, Dialog, Page, Request, Response

TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error("CSP:", event.violatedDirective, event.blockedURI, event.sample))
"""
MEANT = re.compile(
    r"Failed to load resource: (the server responded with a status of (4\d\d|503)|net::ERR_FAILED)"
    r"|htmx: htmx:error: Failed to fetch"
    r"|Service Worker registration blocked by Playwright"
)
"""Expected complaints: Chromium logs every refused request, and what a test has cut or does not want."""
MEANT_FOR_PEOPLE = {"document", "fetch", "xhr"}


class Watch:
    """Watches every page of a browser window. `complaints` must stay empty."""

    def __init__(self, origin: str) -> None:
        self._host = urlsplit(origin).netloc
        self.complaints: list[str] = []

    async def follow(self, context: BrowserContext) -> None:
        await context.add_init_script(TELL_VIOLATIONS)
        context.on("request", self._asked)
        context.on("response", self._answered)
        context.on("page", self._opened)

    def _opened(self, page: Page) -> None:
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"error on the page: {error}"))
        page.on("crash", lambda _: self.complaints.append("the page crashed"))
        page.on("dialog", self._interrupted)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not MEANT.match(message.text):
            self.complaints.append(f"console: {message.text}")

    async def _interrupted(self, dialog: Dialog) -> None:
        if dialog.type != "beforeunload":
            self.complaints.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https"} and address.netloc != self._host:
            self.complaints.append(f"request to another host: {request.url}")

    def _answered(self, response: Response) -> None:
        is_meant = response.request.resource_type in MEANT_FOR_PEOPLE
        if response.status == 500 or (response.status >= 400 and not is_meant):
            self.complaints.append(f"{response.status} for {response.url}")

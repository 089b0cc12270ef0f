"""A till page without a server: real htmx and our real scripts, canned answers, counted requests."""

import asyncio
import mimetypes
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Page, Route

STATIC = Path(__file__).parents[2] / "frontend" / "static"
PAGE = Path(__file__).with_name("till_page.html").read_text("utf-8")
MARIE = "BDFHKLNPRSTVXGCJ"
ORIGIN = "http://localhost:9"
"""Requests are intercepted before they reach a network. `localhost`, because cameras need a secure context."""

FINDER = """
<form id="find" action="/till/find" method="post" hx-post="/till/find" hx-target="#till">
  <label>Find <input name="query" data-key="/"></label><button data-label>Find</button>
</form>
<button type="button" data-key="F2" data-camera>Camera</button>
<a href="/till/new" data-key="F4" hx-get="/till/new" hx-target="#till">New customer</a>
<a href="/till/cards/9" hx-get="/till/cards/9" hx-target="#till">Recent</a>
<label>Note <input id="note"></label>"""

CARD = """
<div class="panel">
<h2 tabindex="-1" data-autofocus="always">Card {code}</h2>
<form action="/till/cards/1/points" method="post" hx-post="/till/cards/1/points" hx-target="#till"
  hx-disable="find button">
  <input type="hidden" name="idem" value="key-{code}">
  <div id="says"></div>
  <label>Amount <input name="amount" inputmode="decimal" data-amount data-autofocus="fine"
    aria-describedby="amount-says" data-amount-wrong="Enter the amount, like 12,50."></label>
  <p id="amount-says"></p>
  <button formaction="/till/cards/1/points" data-books><span data-label>Add points</span></button>
  <button formaction="/till/cards/1/stamps" data-books data-key="+"><span data-label>Add stamp</span></button>
</form>
<details data-digits><summary data-key="*">Redeem</summary>
  <form action="/till/redeem" method="post" hx-post="/till/redeem" hx-target="#till">
    <button name="reward" value="mug" data-digit="1">Mug</button>
    <button name="reward" value="bag" data-digit="2">Bag</button>
  </form>
</details>
<a href="/till" hx-get="/till/ready" hx-target="#till" data-key="Escape" data-next>Next customer</a>
<a href="/till/history" hx-get="/till/history" hx-target="#till" data-key="F6">History</a>
</div>"""

ENROLLMENT = """
<div class="panel">
<h2>New customer</h2>
<form action="/till/enrollment" method="post" hx-post="/till/enrollment" hx-target="#till"
  data-dropped="The new customer was not enrolled.">
  <label>Email <input name="email" data-autofocus="always"></label>
</form>
</div>"""

OUTCOME = """
<hx-partial hx-target="#toasts" hx-swap="beforeend">
  <div class="toast" data-toast data-seconds="8"><p>Marie Weber: recorded after all.</p></div>
</hx-partial>"""

MATCHES = """
<ul data-list>
  <li><a href="/till/cards/1" hx-get="/till/cards/1" hx-target="#till" data-row>Marie Weber</a></li>
  <li><a href="/till/cards/2" hx-get="/till/cards/2" hx-target="#till" data-row>Max Weber</a></li>
</ul>"""

BOOKING = """
<ul data-list><li><details data-digits="within" {open}>
  <summary data-row data-autofocus="always">Marie Weber +41</summary>
  <form action="/till/void" method="post" hx-post="/till/void" hx-target="#till" data-dropped="Typed in vain.">
    <input type="submit" disabled hidden>
    <label>Amount to void <input name="amount" value="41,50"></label>
    <label>PIN <input name="staff_pin" type="password"></label>
    <button name="reason" value="amount" data-digit="1">Wrong amount</button>
    <button name="reason" value="customer" data-digit="2">Wrong customer</button>
  </form>
</details></li></ul>"""

RECEIPT = """
<h2 tabindex="-1" data-autofocus="always">Marie Weber</h2>
<form action="/till/returns" method="post" hx-post="/till/returns" hx-target="#till" data-digits="within">
  <input type="submit" disabled hidden>
  <div data-list>
    <button name="reason" value="amount" data-digit="1" data-row>Wrong amount</button>
    <button name="reason" value="customer" data-digit="2" data-row>Wrong customer</button>
  </div>
</form>"""

UNDO = """
<hx-partial hx-target="#toasts"><div class="toast" data-toast data-seconds="20"><span>Booked</span>
  <form data-undo action="/till/undo" method="post" hx-post="/till/undo" hx-target="#till">
    <button data-key="-">Undo</button><progress data-left max="20" value="20"></progress></form></div></hx-partial>"""

LOCK = """
<form action="/till/unlock" method="post" hx-post="/till/unlock" hx-target="#lock">
  <input id="pin" name="pin" data-no-paste>
</form>"""


LAST = "() => new Promise((done) => setTimeout(() => setTimeout(() => fetch('/till/last').then(() => done()))))"
"""The scripts defer their work after an answer by one timer."""
NO_TOAST = '<hx-partial hx-target="#toasts"></hx-partial>'
MISSING = FINDER + '<h2 tabindex="-1" data-autofocus="always">No customer matches</h2>'
FINDS = {"weber": FINDER + MATCHES}
POINTS, STAMPS = "/till/cards/1/points", "/till/cards/1/stamps"
BOOKED = FINDER + CARD.format(code="same") + UNDO
ANSWERS = {
    POINTS: BOOKED,
    STAMPS: BOOKED,
    "/till/redeem": BOOKED,
    "/till/new": FINDER + ENROLLMENT,
    "/till/today": FINDER + BOOKING.format(open=""),
    "/till/voiding": FINDER + BOOKING.format(open="open"),
    "/till/receipt": FINDER + RECEIPT,
    "/till/lock": f'<hx-partial hx-target="#lock">{LOCK}</hx-partial>',
    "/till/unlock": '<hx-partial hx-target="#lock"></hx-partial>',
}


class TillStub:
    """Answers every request of the page; `hold` and `away` simulate a slow and a silent server."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.calls: list[tuple[str, dict[str, str]]] = []
        self._held: dict[str, asyncio.Event] = {}
        self.away: set[str] = set()
        self.behind_a_gateway: set[str] = set()
        """Paths that are answered by a gateway instead of Orion."""
        self.status: dict[str, int] = {}
        self.covers: set[str] = set()
        """Paths whose answer replaces the screen, for every sender of the request."""

    async def open(self) -> None:
        await self.page.route("**/*", self._answer)
        await self.page.goto(f"{ORIGIN}/till")
        await self.page.wait_for_function("document.documentElement.dataset.js !== undefined")
        await self.page.evaluate("htmx.ajax('GET', '/till/ready', {target: '#till'})")
        await self.page.wait_for_selector("#find")
        self.calls.clear()

    async def show(self, path: str) -> None:
        await self.page.evaluate("path => htmx.ajax('GET', path, {target: '#till'})", path)
        self.calls.clear()

    def hold(self, path: str) -> asyncio.Event:
        """Delays the answers at this path until the event is set."""
        self._held[path] = asyncio.Event()
        return self._held[path]

    async def settled(self) -> None:
        """Returns after all pending requests: the page sends one more request, which is last."""
        await self.page.evaluate(LAST)
        self.calls = [call for call in self.calls if call[0] != "/till/last"]

    def counted(self) -> Counter[str]:
        return Counter(path for path, _ in self.calls)

    def sent(self, path: str) -> list[dict[str, str]]:
        return [fields for called, fields in self.calls if called == path]

    async def _answer(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        path = address.path
        if path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            await route.fulfill(
                body=file.read_bytes(), content_type=mimetypes.guess_type(file)[0] or "application/wasm"
            )
            return
        if path == "/till":
            await route.fulfill(body=PAGE, content_type="text/html")
            return
        fields = {name: values[0] for name, values in parse_qs(route.request.post_data or address.query).items()}
        self.calls.append((path, fields))
        if path in self._held:
            await self._held[path].wait()
        if path in self.away:
            await route.abort("connectionfailed")
            return
        status, html = self._body(path, fields)
        status = self.status.get(path, status)
        headers = {"Content-Type": "text/html"} | ({} if path in self.behind_a_gateway else {"Orion": "frontend"})
        if path in self.covers:
            headers["HX-Retarget"] = "#till"
        await route.fulfill(status=status, body=html + NO_TOAST * ("hx-partial" not in html), headers=headers)

    def _body(self, path: str, fields: dict[str, str]) -> tuple[int, str]:
        if path == "/till/find":
            query = fields["query"]
            return (404, MISSING) if query == "nobody" else (200, FINDS.get(query) or FINDER + CARD.format(code=query))
        if path.endswith("/outcome"):
            return 200, OUTCOME
        if path.startswith("/till/bookings/"):
            return 200, '<p class="known">It was booked.</p>'
        if path.startswith("/till/cards/") and path not in ANSWERS:
            return 200, FINDER + CARD.format(code="picked")
        return 200, ANSWERS.get(path, FINDER)

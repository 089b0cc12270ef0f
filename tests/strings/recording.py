"""A plugin of pytest that records the pages which tests of the frontend get: they know its rarest states.

The tests see texts without marks. `pytest -p tests.strings.recording tests/frontend`.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable

import httpx
import msgspec

from i18n.catalogs.templates import number_sentences
from i18n.marks import find_marked, is_marking, unmarked
from i18n.translator import enable_marks
from tests.strings.folder import RECORDED
from tests.strings.walk.addresses import pattern_of

ESCAPED = re.compile(r"\\u206[1-4]")
"""Marks in the JSON of an attribute."""
AT_MOST = 3
"""Pages for each sentence, so that there is one on which it is visible."""


class Recorded(msgspec.Struct, frozen=True, order=True):
    """Ordered so that whole documents come first, and that each run chooses the same ones."""

    is_part: bool
    test: str
    number: int
    """Of the page in its test."""
    path: str
    body: str


def chosen(pages: Iterable[Recorded]) -> list[Recorded]:
    """The first AT_MOST pages of each sentence."""
    times, kept = Counter[int](), []
    for page in sorted(pages):
        numbers = numbers_of(page.body)
        if any(times[number] < AT_MOST for number in numbers):
            kept.append(page)
            times.update(numbers)
    return kept


def numbers_of(body: str) -> set[int]:
    return {found.number for found in find_marked(body)}


class Recorder:
    def __init__(self) -> None:
        self.test = ""
        self.pages: list[Recorded] = []
        self._waiting: list[Recorded] = []

    def take(self, path: str, body: str) -> None:
        is_part = not body.lstrip().lower().startswith("<!doctype")
        if numbers_of(body):
            self._waiting.append(Recorded(is_part, self.test, len(self._waiting), path, body))

    def finish_test(self) -> None:
        """Keeps memory small: of thousands of pages hundreds are chosen."""
        self.pages += self._waiting
        self._waiting = []
        if len(self.pages) > 2000:
            self.pages = chosen(self.pages)

    def save(self) -> None:
        RECORDED.mkdir(parents=True, exist_ok=True)
        name = os.environ.get("PYTEST_XDIST_WORKER", "main")
        (RECORDED / f"{name}.json").write_bytes(msgspec.json.encode(chosen(self.pages)))


def load_recorded() -> list[Recorded]:
    paths = sorted(RECORDED.glob("*.json"))
    return chosen(page for path in paths for page in msgspec.json.decode(path.read_bytes(), type=list[Recorded]))


recorder = Recorder()


def pytest_configure() -> None:
    enable_marks(number_sentences())
    plain = httpx.ASGITransport.handle_async_request

    async def recorded(self: httpx.ASGITransport, request: httpx.Request) -> httpx.Response:
        if is_marking.get():
            return await plain(self, request)
        token = is_marking.set(True)
        try:
            return await _without_marks(request, await plain(self, request))
        finally:
            is_marking.reset(token)

    httpx.ASGITransport.handle_async_request = recorded  # type: ignore[method-assign]


def pytest_runtest_logstart(nodeid: str) -> None:
    recorder.test = nodeid


def pytest_runtest_logfinish() -> None:
    recorder.finish_test()


def pytest_sessionfinish() -> None:
    recorder.save()


async def _without_marks(request: httpx.Request, response: httpx.Response) -> httpx.Response:
    await response.aread()
    kind = response.headers.get("content-type", "")
    if not kind.startswith(("text/", "application/json", "application/problem+json")):
        return response
    text = response.text
    if kind.startswith("text/html"):
        recorder.take(pattern_of(request.url.path), text)
    plain = ESCAPED.sub("", unmarked(text))
    if plain == text:
        return response
    headers = [
        (name, value)
        for name, value in response.headers.multi_items()
        if name not in {"content-length", "content-encoding"}
    ]
    return httpx.Response(response.status_code, headers=headers, content=plain.encode(), extensions=response.extensions)

"""ASGI: marks the texts of the requests that ask for it, and reads catalogs again when they have changed.

For development: production does not put it around its applications.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from i18n.dev.catalog_watch import CatalogWatch
from i18n.marks import ASKING, marking, wants_marks

App = Callable[[Any, Any, Any], Awaitable[None]]
Scope = MutableMapping[str, Any]
ASKED = {(name.lower().encode(), value.encode()) for name, value in (ASKING | {"Accept": "application/json"}).items()}
READING = {"GET", "HEAD"}


class MarkedRequests:
    """`wants` says whether a request asks for marks.

    With `only_reading` the texts of other requests, which may be stored, are marked only by who looks at `wants_marks`.
    """

    def __init__(self, app: App, wants: Callable[[Scope], bool], *, only_reading: bool = False) -> None:
        self._app = app
        self._wants = wants
        self._only_reading = only_reading
        self._catalogs = CatalogWatch()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._catalogs.look()
        wanted = self._wants(scope)
        before = wants_marks.set(wanted)
        try:
            with marking(on=wanted and not (self._only_reading and scope["method"] not in READING)):
                await self._app(scope, receive, send)
        finally:
            wants_marks.reset(before)


def is_asked_by_header(scope: Scope) -> bool:
    """Only by who reads JSON: passes and files, which leave the house, have no marks."""
    return set(scope["headers"]) >= ASKED

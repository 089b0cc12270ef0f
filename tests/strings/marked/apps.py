"""Backend and frontend whose texts are all marked. Importing this numbers the sentences for the whole process."""

from typing import Any

from litestar.types import ASGIApp

import backend.app
import frontend.app
from frontend.dev.strings import switch
from i18n.catalogs.templates import number_sentences
from i18n.dev.middleware import MarkedRequests
from i18n.marks import is_marking, wants_marks
from i18n.translator import enable_marks

enable_marks(number_sentences())


class MarkedAlways(MarkedRequests):
    """Not only for who asks: what a walk does is seen, too, and nothing of it is kept."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        is_marking.set(True)
        await self._app(scope, receive, send)


class RefusalsToo(MarkedAlways):
    """Of a frontend it would show the dialog of the strings on every page."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        wants_marks.set(True)
        await super().__call__(scope, receive, send)


def create_backend() -> ASGIApp:
    vars(backend.app)["MarkedRequests"] = RefusalsToo
    return backend.app.create_app()


def create_frontend() -> ASGIApp:
    vars(switch)["MarkedRequests"] = MarkedAlways
    return frontend.app.create_app()

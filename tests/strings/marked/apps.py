"""Backend and frontend whose texts are all marked. Importing this numbers the sentences for the whole process."""

from typing import Any

from litestar.types import ASGIApp

import backend.app
import frontend.app
from i18n.catalogs import number_sentences
from i18n.marks import is_marking
from i18n.translator import enable_marks

enable_marks(number_sentences())


def create_backend() -> ASGIApp:
    return marking(backend.app.create_app())


def create_frontend() -> ASGIApp:
    return marking(frontend.app.create_app())


def marking(app: ASGIApp) -> ASGIApp:
    async def marked(scope: Any, receive: Any, send: Any) -> None:
        is_marking.set(True)
        await app(scope, receive, send)

    return marked

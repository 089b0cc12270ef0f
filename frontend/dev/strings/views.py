"""The sentences of a page, looked up in it: what a catalog says of one, and the script that asks."""

import os
from functools import partial
from pathlib import Path
from urllib.parse import quote

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from frontend.kit.assets import MEDIA_TYPES
from frontend.kit.pages import page
from frontend.kit.request import Request
from i18n.catalogs.paths import ROOT
from i18n.dev.editor import EDITOR, EDITOR_LINK
from i18n.dev.lookup import Place, find_entry
from i18n.locales import LANGUAGE_NAMES, SOURCE_LANGUAGE

FOLDER = Path(__file__).parent
FILES = ("strings.js", "strings.css")


@get("/_strings/{number:int}", name="string", sync_to_thread=True)
def show_entry(
    request: Request, number: FromPath[int], language: FromQuery[str] = SOURCE_LANGUAGE, length: FromQuery[int] = 0
) -> Response[str]:
    """A part of a page. `language` and `length`: of the text as it is shown."""
    code = language.partition("-")[0]
    entry = find_entry(number, code)
    if entry is None:
        raise NotFoundException
    name = LANGUAGE_NAMES.get(code) if language == code != SOURCE_LANGUAGE else None
    link = partial(_link, os.environ.get(EDITOR, EDITOR_LINK))
    return page(
        request, "dev/strings/entry.html", entry=entry, name=name, code=code, length=length, editor=link, shown=_shown
    )


@get("/_strings/files/{file:str}", name="strings-file", sync_to_thread=True)
def show_file(file: FromPath[str]) -> Response[bytes]:
    if file not in FILES:
        raise NotFoundException
    path = FOLDER / file
    return Response(path.read_bytes(), media_type=MEDIA_TYPES[path.suffix])


STRINGS = [show_entry, show_file]


def _link(template: str, place: Place) -> str:
    return template.replace("{path}", quote(str(place.path))).replace("{line}", str(place.line or 1))


def _shown(place: Place) -> str:
    path = place.path.relative_to(ROOT) if place.path.is_relative_to(ROOT) else place.path
    return f"{path}:{place.line}" if place.line else str(path)

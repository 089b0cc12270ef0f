"""A page of all sentences with their places, for people without a repository: no server, no network."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from babel.messages.catalog import Catalog, Message
from PIL import Image

from i18n.catalogs import ROOT, TEMPLATE, key, messages, read_catalog, sources, translations
from i18n.locales import LANGUAGE_NAMES, LANGUAGES, SOURCE_LANGUAGE
from i18n.room import map_key
from i18n.translator import catalog_path
from tests.strings.folder import OUT
from tests.strings.strings_map import Place, StringsMap

HERE = Path(__file__).parent / "site"
PICTURES = "pictures"


def make_page(strings: StringsMap, out: Path = OUT) -> Path:
    """In the folder with the pictures. Also packs both as a zip beside it, whose path is returned."""
    targets = [language for language in LANGUAGES if language != SOURCE_LANGUAGE]
    data = {
        "languages": {language: LANGUAGE_NAMES[language] for language in targets},
        "sizes": {
            name: _size(out / PICTURES / name) for name in sorted({each.picture for each in strings.located.values()})
        },
        "sentences": list(_sentences(strings, targets)),
    }
    page = (HERE / "page.html").read_text("utf-8")
    # No text of ours may end the element in which the data stands.
    told = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    for name, text in (
        ("/* page.css */", (HERE / "page.css").read_text("utf-8")),
        ("/* page.js */", (HERE / "page.js").read_text("utf-8")),
        ("{/* data */}", told),
    ):
        page = page.replace(name, text)
    (out / "index.html").write_text(page, encoding="utf-8")
    return _pack(out)


def _sentences(strings: StringsMap, languages: list[str]) -> Iterator[dict[str, Any]]:
    known = {language: _by_key(read_catalog(catalog_path(language), language)) for language in languages}
    for message in messages(read_catalog(ROOT / TEMPLATE)):
        name = map_key(key(message))
        place = strings.located.get(name)
        yield {
            "english": sources(message),
            "context": message.context or "",
            "comment": " ".join(message.auto_comments),
            "files": sorted({file for file, _ in message.locations}),
            "texts": {language: _texts(known[language].get(name)) for language in languages},
            **(_told(place) if place else {}),
        }


def _told(place: Place) -> dict[str, Any]:
    return {
        "stop": place.stop,
        "page": place.page,
        "picture": place.picture,
        "box": place.box,
        "kind": place.kind,
        "hidden": place.is_hidden,
        "specimen": place.is_specimen,
        "max": place.max,
    }


def _by_key(catalog: Catalog) -> dict[str, Message]:
    return {map_key(key(message)): message for message in messages(catalog)}


def _texts(message: Message | None) -> list[str]:
    """Empty when it is not translated, or only guessed."""
    return [] if message is None or message.fuzzy or not all(translations(message)) else list(translations(message))


def _size(picture: Path) -> tuple[int, int]:
    with Image.open(picture) as image:
        return image.size


def _pack(out: Path) -> Path:
    archive = out.with_suffix(".zip")
    with ZipFile(archive, "w", ZIP_DEFLATED) as packed:
        for path in [out / "index.html", *sorted((out / PICTURES).iterdir())]:
            packed.write(path, path.relative_to(out))
    return archive

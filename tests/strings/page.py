"""A page of all sentences with their places, for people without a repository: no server, no network."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from PIL import Image
from polib import POEntry

from i18n.catalogs.entries import entries, is_translated, key_of, sources, translations
from i18n.catalogs.paths import catalog_paths
from i18n.catalogs.po_files import read_po
from i18n.catalogs.room import map_key
from i18n.catalogs.templates import template_entries
from i18n.locales import LANGUAGE_NAMES, TRANSLATED_LANGUAGES
from tests.strings.folder import OUT
from tests.strings.strings_map import Place, StringsMap

HERE = Path(__file__).parent / "site"
PICTURES = "pictures"


def make_page(strings: StringsMap, out: Path = OUT) -> Path:
    """In the folder with the pictures. Also packs both as a zip beside it, whose path is returned."""
    data = {
        "languages": {language: LANGUAGE_NAMES[language] for language in TRANSLATED_LANGUAGES},
        "sizes": {
            name: _size(out / PICTURES / name) for name in sorted({each.picture for each in strings.located.values()})
        },
        "sentences": list(_sentences(strings)),
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


def _sentences(strings: StringsMap) -> Iterator[dict[str, Any]]:
    known = {language: _by_key(language) for language in TRANSLATED_LANGUAGES}
    for entry in template_entries():
        name = map_key(key_of(entry))
        place = strings.located.get(name)
        yield {
            "english": sources(entry),
            "context": entry.msgctxt or "",
            "comment": " ".join(entry.comment.split()),
            "files": sorted({file for file, _ in entry.occurrences}),
            "texts": {language: _texts(known[language].get(name)) for language in TRANSLATED_LANGUAGES},
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


def _by_key(language: str) -> dict[str, POEntry]:
    return {map_key(key_of(entry)): entry for path in catalog_paths(language) for entry in entries(read_po(path))}


def _texts(entry: POEntry | None) -> list[str]:
    """Empty when it is not translated, or only guessed."""
    return list(translations(entry)) if entry and is_translated(entry) and not entry.fuzzy else []


def _size(picture: Path) -> tuple[int, int]:
    with Image.open(picture) as image:
        return image.size


def _pack(out: Path) -> Path:
    archive = out.with_suffix(".zip")
    with ZipFile(archive, "w", ZIP_DEFLATED) as packed:
        for path in [out / "index.html", *sorted((out / PICTURES).iterdir())]:
            packed.write(path, path.relative_to(out))
    return archive

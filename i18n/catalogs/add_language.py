"""Adds a language: its entry in the file of languages, and a catalog in which nothing is translated yet."""

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from i18n.catalogs.update import update_catalogs
from i18n.locales import LANGUAGES_FILE, SOURCE_LANGUAGE

CODE = re.compile(r"[a-z]{2,3}")
LUXEMBOURG = "LU"
ENTRY = """
[{code}]
name = {name}
formats = "{formats}"
badges = "{badges}"
"""


class LanguageRefused(Exception):
    """Its text says why the language cannot be added."""


@dataclass(frozen=True, kw_only=True)
class AddedLanguage:
    name: str
    formats: str
    paths: list[Path]
    """What was written."""


def add_language(root: Path, code: str, name: str | None = None, formats: str | None = None) -> AddedLanguage:
    """`name` and `formats` are Babel's where they are not given. Raises LanguageRefused before it writes anything."""
    file = root / "i18n" / LANGUAGES_FILE.name
    try:
        present = tomllib.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise LanguageRefused(f"{file.name}: {error}") from error
    locale = _known(code, present)
    name = _named(locale) if name is None else name.strip()
    if not name.isprintable() or not any(map(str.isalpha, name)):
        raise LanguageRefused("Say what the language calls itself, in one line: --name Português")
    chosen = str(_formats(locale, formats))
    # Last: a language that is listed has a catalog.
    catalogs = update_catalogs(root, [code])
    entry = ENTRY.format(code=code, name=json.dumps(name, ensure_ascii=False), formats=chosen, badges=SOURCE_LANGUAGE)
    with file.open("a", encoding="utf-8") as end:
        end.write(entry)
    return AddedLanguage(name=name, formats=chosen, paths=[file, *catalogs])


def _known(code: str, present: dict[str, object]) -> Locale:
    if code in present:
        raise LanguageRefused(f"Orion speaks {code} already.")
    locale = _find_locale(code) if CODE.fullmatch(code) else None
    if locale is None:
        raise LanguageRefused(f"Babel knows no language {code!r}: name one of ISO 639, without a country, such as pt.")
    if locale.text_direction != "ltr":
        raise LanguageRefused(f"{locale.english_name} is written from right to left, for which no page is laid out.")
    return locale


def _formats(locale: Locale, wish: str | None) -> Locale:
    if wish is None:
        return _customary(locale)
    chosen = _find_locale(wish)
    if chosen is None or chosen.language != locale.language:
        raise LanguageRefused(f"Babel has no formats {wish!r} of {locale.english_name}: name a locale, such as pt_PT.")
    return chosen


def _customary(locale: Locale) -> Locale:
    """Luxembourg's, if Babel knows them, or those of the country where most of its speakers live."""
    likely = str(get_global("likely_subtags").get(locale.language, "")).rpartition("_")[2]
    names = [f"{locale.language}_{country}" for country in (LUXEMBOURG, likely) if country]
    return next((found for found in map(_find_locale, names) if found is not None), locale)


def _named(locale: Locale) -> str:
    """Babel writes most names as they stand within a sentence."""
    name = str(locale.get_display_name())
    return name[:1].upper() + name[1:]


def _find_locale(name: str) -> Locale | None:
    try:
        return Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return None

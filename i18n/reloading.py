"""Reads catalogs again when they have changed, while Orion runs. For development."""

import sys
from pathlib import Path

from babel.messages.pofile import PoFileError

from i18n.catalogs import (
    ROOT,
    TEMPLATE,
    is_translated,
    messages,
    number_sentences,
    read_catalog,
    sources,
    translations,
)
from i18n.checks.placeholders import faults
from i18n.locales import LANGUAGES
from i18n.translator import catalog_path, enable_marks, get_translator


class CatalogWatch:
    """Reads all catalogs; a file that does not parse raises. Later ones that do not parse are reported and ignored."""

    def __init__(self) -> None:
        self._read_at = {path: _changed_at(path) for path in _paths()}
        for language in LANGUAGES:
            get_translator(language)
        enable_marks(number_sentences())

    def look(self) -> None:
        """Reads what has changed since the last look."""
        changed = [path for path in _paths() if _changed_at(path) != self._read_at.get(path)]
        for path in changed:
            self._read_at[path] = _changed_at(path)
            try:
                _read(path)
            except (OSError, PoFileError, SyntaxError, ValueError) as error:
                _say(f"{_shown(path)}{_line(error)}: not read, the texts stay as they were ({error})")
            else:
                _say(f"{_shown(path)}: read again")


def _paths() -> list[Path]:
    return [ROOT / TEMPLATE, *(catalog_path(language) for language in LANGUAGES)]


def _read(path: Path) -> None:
    if path == ROOT / TEMPLATE:
        enable_marks(number_sentences())
        return
    for language in LANGUAGES:
        if path == catalog_path(language):
            _refuse_wrong_values(path, language)
            get_translator(language).read_again()


def _refuse_wrong_values(path: Path, language: str) -> None:
    """Raises ValueError for a translation that could not be filled in."""
    for message in messages(read_catalog(path, language)):
        for fault in faults(sources(message), translations(message), first_form_is_for_zero=False):
            if is_translated(message) and not message.fuzzy:
                raise ValueError(f"“{sources(message)[0]}”: {fault}")


def _changed_at(path: Path) -> int:
    """0 while an editor replaces the file."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _line(error: Exception) -> str:
    return f":{error.lineno + 1}" if isinstance(error, PoFileError) else ""


def _shown(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

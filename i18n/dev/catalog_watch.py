"""Reads catalogs again when they have changed, while Orion runs. For development."""

import sys
from pathlib import Path

from i18n import translator
from i18n.catalogs.audiences import AUDIENCES
from i18n.catalogs.entries import entries, is_reviewed
from i18n.catalogs.paths import catalog_paths, template_path
from i18n.catalogs.po_files import PoFileError, read_po
from i18n.catalogs.templates import number_sentences
from i18n.checks.translations.placeholders import placeholder_faults
from i18n.locales import LANGUAGES, TRANSLATED_LANGUAGES
from i18n.translator import enable_marks, get_translator


class CatalogWatch:
    """Reads all catalogs; a file that does not parse raises. Later ones that do not parse are reported and ignored."""

    def __init__(self) -> None:
        self._read_at = {path: _changed_at(path) for path in _paths()}
        for language in LANGUAGES:
            get_translator(language)
        enable_marks(number_sentences(translator.CATALOGS_ROOT))

    def look(self) -> None:
        """Reads what has changed since the last look."""
        changed = [path for path in _paths() if _changed_at(path) != self._read_at.get(path)]
        for path in changed:
            self._read_at[path] = _changed_at(path)
            try:
                _read(path)
            except PoFileError as error:
                _say(f"{_shown(error.path)}:{error.line}: not read, the texts stay as they were ({error.reason})")
            except (OSError, ValueError) as error:
                _say(f"{_shown(path)}: not read, the texts stay as they were ({error})")
            else:
                _say(f"{_shown(path)}: read again")


def _paths() -> list[Path]:
    return [*_templates(), *(path for language in TRANSLATED_LANGUAGES for path in _catalogs(language))]


def _templates() -> list[Path]:
    return [template_path(audience, translator.CATALOGS_ROOT) for audience in AUDIENCES]


def _catalogs(language: str) -> list[Path]:
    return catalog_paths(language, translator.CATALOGS_ROOT)


def _read(path: Path) -> None:
    if path in _templates():
        enable_marks(number_sentences(translator.CATALOGS_ROOT))
        return
    [language] = [language for language in TRANSLATED_LANGUAGES if path in _catalogs(language)]
    for catalog in _catalogs(language):
        _refuse_wrong_values(catalog, language)
    get_translator(language).read_again()


def _refuse_wrong_values(path: Path, language: str) -> None:
    """Raises PoFileError for a translation that could not be filled in."""
    for entry in entries(read_po(path)):
        if is_reviewed(entry):
            for _, fault in placeholder_faults(entry, language):
                raise PoFileError(path, entry.linenum or 0, f"“{entry.msgid}”: {fault}")


def _changed_at(path: Path) -> int:
    """0 while an editor replaces the file, or forbids it to be read."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _shown(path: Path) -> Path:
    return path.relative_to(translator.CATALOGS_ROOT) if path.is_relative_to(translator.CATALOGS_ROOT) else path


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

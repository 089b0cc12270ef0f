"""What the checks let pass in a language, with the reason: `i18n/<language>/exceptions.toml`."""

from functools import cache
from typing import Annotated

import msgspec

from i18n.catalogs.paths import ROOT


class ExceptionsRefused(Exception):
    """Its text says which file cannot be read, and why."""


class ExcusedSentences(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """English sentences in whose translation one kind of fault is none. `reason` is for translators."""

    kind: str
    reason: Annotated[str, msgspec.Meta(min_length=3)]
    english: tuple[str, ...]


class TranslationExceptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`same` are words, in small letters, that a language shares with English."""

    same: frozenset[str] = frozenset()
    excused: tuple[ExcusedSentences, ...] = msgspec.field(default=(), name="except")

    def excuses(self, kind: str, english: str) -> bool:
        return any(entry.kind == kind and english in entry.english for entry in self.excused)


@cache
def exceptions_of(language: str) -> TranslationExceptions:
    """Empty for English, which has no translations."""
    path = ROOT / "i18n" / language / "exceptions.toml"
    try:
        return msgspec.toml.decode(path.read_bytes() if path.exists() else b"", type=TranslationExceptions)
    except ValueError as error:
        raise ExceptionsRefused(f"{path.relative_to(ROOT)}: {error}") from error

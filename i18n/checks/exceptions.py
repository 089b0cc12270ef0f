"""What the checks let pass in a language, with the reason: `i18n/<language>/exceptions.toml`."""

import tomllib
from functools import cache

from pydantic import BaseModel, ConfigDict, Field

from i18n.catalogs import ROOT


class ExcusedSentences(BaseModel):
    """English sentences in whose translation one kind of fault is none. `reason` is for translators."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    reason: str = Field(min_length=3)
    english: tuple[str, ...] = Field(min_length=1)


class TranslationExceptions(BaseModel):
    """`same` are words, in small letters, that a language shares with English."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    same: frozenset[str] = frozenset()
    excused: tuple[ExcusedSentences, ...] = Field(default=(), alias="except")

    def excuses(self, kind: str, english: str) -> bool:
        return any(entry.kind == kind and english in entry.english for entry in self.excused)


@cache
def exceptions_of(language: str) -> TranslationExceptions:
    """Empty for English, which has no translations."""
    path = ROOT / "i18n" / language / "exceptions.toml"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return TranslationExceptions.model_validate(tomllib.loads(text))

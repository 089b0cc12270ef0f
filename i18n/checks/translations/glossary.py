"""Compares the words of a sentence with `docs/glossary.md`: the terms it demands, and the words it bans."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from i18n.checks.finding import Fault
from i18n.checks.translations.bare import words_only
from i18n.checks.translations.stems import is_said, plain
from i18n.glossary.terms import GlossaryTerm, glossary_terms
from i18n.locales import TRANSLATED_LANGUAGES

REMARKS = Path(__file__).with_suffix(".toml")
INSTEAD = {
    "en": {
        r"(?<!Pass )(?<!of )\btyp(e|ed|ing)\b": "enter",
        r"\bbook(s|ed|ing|ings)?\b": "record, or transaction",
        r"(?<!e-)\bmail(s|ed)?\b": "email",
        r"\bmembers?\b": "customer",
        r"\bclubs?\b": "program",
        r"\btak(e|en) back\b": "void",
    },
    "fr": {r"\btap(ez|er|é|és|ée|ées)\b": "saisir"},
    "de": {r"\btipp(t|en)\b|\b(ein)?getippt": "eingeben", r"\b(Kunde|Kundin) \w+ (nicht )?angemeldet": "registrieren"},
    "lb": {r"\btipp(t|en)\b|\b(a)?getippt": "aginn"},
}


class GlossaryRemarks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`unchecked`: a reason for each term. `also`: beginnings of words, for each language and term."""

    unchecked: dict[str, str]
    also: dict[str, dict[str, tuple[str, ...]]]


@dataclass(frozen=True)
class CheckedTerm:
    """Words and beginnings of words of each language, any of which will do."""

    english: str
    pattern: re.Pattern[str]
    words: dict[str, tuple[str, ...]]
    beginnings: dict[str, tuple[str, ...]]


def glossary_faults(text: str, language: str) -> Iterator[Fault]:
    """Words that are never used."""
    for never, instead in INSTEAD.get(language, {}).items():
        if found := re.search(never, text, re.IGNORECASE):
            yield "glossary", f"“{found.group()}”: the word for it is {instead}"


def term_faults(english: str, text: str, language: str) -> Iterator[Fault]:
    """Terms of the English whose translation is missing. The longest term counts where one contains another."""
    source, translation = words_only(english), plain(words_only(text))
    for term in checked_terms():
        source, times = term.pattern.subn(" ", source)
        if not times or not term.words.get(language):
            continue
        if not is_said(translation, term.words[language], term.beginnings[language], language):
            yield "term", f"{term.english} is {' or '.join(dict.fromkeys(term.words[language]))}"


@cache
def glossary_remarks() -> GlossaryRemarks:
    return msgspec.toml.decode(REMARKS.read_bytes(), type=GlossaryRemarks)


@cache
def checked_terms() -> tuple[CheckedTerm, ...]:
    """The longest first."""
    remarks = glossary_remarks()
    by_english: dict[str, list[GlossaryTerm]] = {}
    for term in glossary_terms():
        by_english.setdefault(term.english, []).append(term)
    terms = [
        _checked(english, same, remarks.also)
        for english, same in by_english.items()
        if english not in remarks.unchecked
    ]
    return tuple(sorted(terms, key=lambda term: -len(term.english)))


def _checked(english: str, same: list[GlossaryTerm], also: dict[str, dict[str, tuple[str, ...]]]) -> CheckedTerm:
    """`same` are the lines of the glossary with this English: a noun and a verb, maybe."""
    return CheckedTerm(
        english,
        _pattern(english, is_verb=any(word.islower() for term in same for word in term.words["de"])),
        {language: tuple(_words(same, language)) for language in TRANSLATED_LANGUAGES},
        {language: also.get(language, {}).get(english, ()) for language in TRANSLATED_LANGUAGES},
    )


def _words(terms: list[GlossaryTerm], language: str) -> Iterator[str]:
    for term in terms:
        yield from (*term.words.get(language, ()), *term.forms.get(language, ()))


def _pattern(english: str, *, is_verb: bool) -> re.Pattern[str]:
    """With the endings of a verb or of a noun."""
    endings = "s|es|d|ed|ing" if is_verb else "s|es"
    stem = english[:-1] if english[-1] in "ey" else english
    last = {"e": "e?", "y": "(?:y|ie)"}.get(english[-1], "")
    first, _, rest = stem.partition(" ")
    if is_verb and rest:
        return re.compile(rf"(?<![\w-]){first}(?:{endings})? {rest}{last}(?![\w@-])", re.IGNORECASE)
    return re.compile(rf"(?<![\w-]){stem}{last}(?:{endings})?(?![\w@-])", re.IGNORECASE)

"""Compares a sentence with its translation."""

from collections.abc import Iterator

from polib import POEntry

from i18n.catalogs.entries import max_letters, pairs
from i18n.checks.finding import Fault
from i18n.checks.translations.bare import without_tags
from i18n.checks.translations.exceptions import exceptions_of
from i18n.checks.translations.gender import gender_faults
from i18n.checks.translations.glossary import glossary_faults, term_faults
from i18n.checks.translations.length import is_absurd, length_faults
from i18n.checks.translations.luxembourgish import n_rule_faults
from i18n.checks.translations.opposites import opposite_faults
from i18n.checks.translations.placeholders import placeholder_faults
from i18n.checks.translations.preserved import preserved_faults
from i18n.checks.translations.punctuation import punctuation_faults
from i18n.checks.translations.signs import sign_faults, tag_faults
from i18n.checks.translations.untranslated import untranslated_faults
from i18n.locales import SOURCE_LANGUAGE


def sentence_faults(entry: POEntry, language: str) -> Iterator[Fault]:
    """The entry must be translated."""
    yield from placeholder_faults(entry, language)
    for english, text in pairs(entry):
        yield from _length(entry, text)
        yield from text_faults(english, text, language)


def text_faults(english: str, text: str, language: str) -> Iterator[Fault]:
    """The faults of one form, without those that `exceptions.toml` explains."""
    for kind, words in unexcused_faults(english, text, language):
        if not exceptions_of(language).excuses(kind, english):
            yield kind, words


def unexcused_faults(english: str, text: str, language: str) -> Iterator[Fault]:
    if is_absurd(english, text):
        yield from length_faults(english, text)
        return
    yield from _blanks(english, text)
    yield from tag_faults(english, text)
    yield from sign_faults(english, text)
    yield from glossary_faults(text, language)
    yield from punctuation_faults(english, text, language)
    if language != SOURCE_LANGUAGE:
        yield from preserved_faults(english, text, language)
        yield from untranslated_faults(english, text, language)
        yield from length_faults(english, text)
        yield from opposite_faults(english, text, language)
        yield from term_faults(english, text, language)
        yield from gender_faults(without_tags(text), language)
    if language == "lb":
        yield from n_rule_faults(without_tags(text))


def _blanks(source: str, text: str) -> Iterator[Fault]:
    if _edges(source) != _edges(text):
        yield "blanks", "the blanks at its beginning or end differ from the English"


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def _length(entry: POEntry, text: str) -> Iterator[Fault]:
    longest = max_letters(entry)
    if longest and len(text) > longest:
        yield "too_long", f"{len(text)} characters, there is room for {longest}"

"""Compares a sentence with its translation."""

import re
from collections.abc import Iterator

from polib import POEntry

from i18n.checks.bare import without_tags
from i18n.checks.exceptions import exceptions_of
from i18n.checks.gender import gender_faults
from i18n.checks.glossary import glossary_faults, term_faults
from i18n.checks.length import is_absurd, length_faults
from i18n.checks.luxembourgish import n_rule_faults
from i18n.checks.opposites import opposite_faults
from i18n.checks.placeholders import faults
from i18n.checks.preserved import preserved_faults
from i18n.checks.punctuation import punctuation_faults
from i18n.checks.signs import sign_faults, tag_faults
from i18n.checks.untranslated import untranslated_faults
from i18n.locales import SOURCE_LANGUAGE
from i18n.pofiles import sources, translations

MAX_LENGTH = re.compile(r"\bmax (\d+)\b")


def sentence_faults(message: POEntry, language: str, *, first_form_is_for_zero: bool) -> Iterator[tuple[str, str]]:
    """Kind and text of each fault; the message must be translated."""
    english, texts = sources(message), translations(message)
    for words in faults(english, texts, first_form_is_for_zero=first_form_is_for_zero):
        yield "placeholders", words
    for form, text in enumerate(texts):
        source = english[min(form, len(english) - 1)]
        yield from _length(message, text)
        yield from text_faults(source, text, language)


def text_faults(english: str, text: str, language: str) -> Iterator[tuple[str, str]]:
    """The faults of one form, without those that `exceptions.toml` explains."""
    for kind, words in unexcused_faults(english, text, language):
        if not exceptions_of(language).excuses(kind, english):
            yield kind, words


def unexcused_faults(english: str, text: str, language: str) -> Iterator[tuple[str, str]]:
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


def _blanks(source: str, text: str) -> Iterator[tuple[str, str]]:
    if _edges(source) != _edges(text):
        yield "blanks", "the blanks at its beginning or end differ from the English"


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def _length(message: POEntry, text: str) -> Iterator[tuple[str, str]]:
    limits = [int(limit) for limit in MAX_LENGTH.findall(message.comment)]
    if limits and len(text) > min(limits):
        yield "too_long", f"{len(text)} characters, there is room for {min(limits)}"

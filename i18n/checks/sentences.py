"""Compares a sentence with its translation."""

import re
from collections.abc import Iterator

from babel.messages.catalog import Message

from i18n.catalogs import key, sources, translations
from i18n.checks.glossary import glossary_faults
from i18n.checks.luxembourgish import n_rule_faults
from i18n.checks.placeholders import faults
from i18n.french import BREAKING_SPACE
from i18n.room import find_room

TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
MAX_LENGTH = re.compile(r"\bmax (\d+)\b")


def sentence_faults(message: Message, language: str, *, first_form_is_for_zero: bool) -> Iterator[tuple[str, str]]:
    """Kind and text of each fault; the message must be translated."""
    english, texts = sources(message), translations(message)
    for words in faults(english, texts, first_form_is_for_zero=first_form_is_for_zero):
        yield "placeholders", words
    for form, text in enumerate(texts):
        source = english[min(form, len(english) - 1)]
        yield from _blanks(source, text)
        yield from _tags(source, text)
        yield from _length(message, text)
        yield from glossary_faults(text, language)
        if language == "fr":
            yield from _french(text)
        if language == "lb":
            yield from n_rule_faults(TAG.sub("", text))


def _blanks(source: str, text: str) -> Iterator[tuple[str, str]]:
    if _edges(source) != _edges(text):
        yield "blanks", "the blanks at its beginning or end differ from the English"


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def _tags(source: str, text: str) -> Iterator[tuple[str, str]]:
    if sorted(TAG.findall(source)) != sorted(TAG.findall(text)):
        yield "tags", "its HTML tags differ from the English"


def _length(message: Message, text: str) -> Iterator[tuple[str, str]]:
    limits = [int(limit) for comment in message.auto_comments for limit in MAX_LENGTH.findall(comment)]
    limits += [room] if (room := find_room(key(message))) else []
    if limits and len(text) > min(limits):
        yield "too_long", f"{len(text)} characters, there is room for {min(limits)}"


def _french(text: str) -> Iterator[tuple[str, str]]:
    if BREAKING_SPACE.search(text):
        yield "space", "a sign may stand alone on a line: `orion i18n update` writes no-break spaces"

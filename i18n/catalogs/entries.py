"""The entries of a catalog or template, in terms of sentences and translations."""

import re
from collections.abc import Iterable, Iterator

from polib import POEntry, POFile

MAX_LETTERS = re.compile(r"\bmax\.? (\d+)\b")
"""How a note says that there is no room for more."""

Key = tuple[str, str | None]
"""Of gettext lookups: the (singular) sentence and its context."""


def entries(catalog: POFile) -> Iterator[POEntry]:
    """What is in use."""
    return (entry for entry in catalog if not entry.obsolete)


def key_of(entry: POEntry) -> Key:
    return entry.msgid, entry.msgctxt or None


def sources(entry: POEntry) -> tuple[str, ...]:
    """The English sentence, or its singular and plural."""
    return (entry.msgid, entry.msgid_plural) if entry.msgid_plural else (entry.msgid,)


def translations(entry: POEntry) -> tuple[str, ...]:
    """One text, or one for each plural form; empty when not translated."""
    if entry.msgid_plural:
        return tuple(entry.msgstr_plural[form] for form in sorted(entry.msgstr_plural)) or ("",)
    return (entry.msgstr,)


def set_translations(entry: POEntry, texts: Iterable[str]) -> None:
    """`texts` as in `translations`."""
    if entry.msgid_plural:
        entry.msgstr_plural = dict(enumerate(texts))
    else:
        [entry.msgstr] = texts


def is_translated(entry: POEntry) -> bool:
    """Whether every plural form is translated, reviewed or not."""
    return all(translations(entry))


def is_reviewed(entry: POEntry) -> bool:
    """Whether people read the translation: an entry that is fuzzy, or lacks a form, is shown in English."""
    return is_translated(entry) and not entry.fuzzy


def pairs(entry: POEntry) -> Iterator[tuple[str, str]]:
    """Each translation with its English: the singular with the first form, the plural with all others."""
    english = sources(entry)
    for form, text in enumerate(translations(entry)):
        yield english[min(form, len(english) - 1)], text


def max_letters(entry: POEntry) -> int | None:
    """For how many letters there is room, say the notes of developers and translators."""
    limits = MAX_LETTERS.findall(f"{entry.comment}\n{entry.tcomment}")
    return min(map(int, limits), default=None)

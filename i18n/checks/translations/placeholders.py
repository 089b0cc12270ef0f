"""Compares the placeholders of a sentence with those of its translation."""

import re
from collections.abc import Iterator

from polib import POEntry

from i18n.catalogs.entries import sources, translations
from i18n.catalogs.headers import is_first_form_for_zero
from i18n.checks.finding import Fault
from i18n.placeholders import BRACE, CONVERSION, ESCAPED, placeholders

UNNAMED = re.compile(r"(?<!%)(?:%%)*%[sdrif](?![\w(])|\{\}|\{\d+\}")
STRAY_PERCENT = re.compile(rf"%(?!%|\([^()]*\){CONVERSION})")


def has_unnamed(text: str) -> bool:
    """`%s` or `{}`: a translator can neither move nor understand them."""
    return bool(UNNAMED.search(text))


def placeholder_faults(entry: POEntry, language: str) -> Iterator[Fault]:
    """A singular may omit its number ("one point") unless it also serves for zero, as in French."""
    english = sources(entry)
    allowed = placeholders(" ".join(english))
    for form, text in enumerate(translations(entry)):
        found = placeholders(text)
        is_singular = len(english) > 1 and form == 0 and not is_first_form_for_zero(language)
        needed = placeholders(english[0]) if is_singular else placeholders(english[-1])
        if unknown := found - allowed:
            yield "placeholders", f"{_listed(unknown)} is not a value of this sentence"
        if lost := needed - found:
            yield "placeholders", f"{_listed(lost)} is missing"
        if not _is_filled_alike(english, text):
            yield "placeholders", "a lone % or brace would break the sentence when it is filled in"


def has_stray_percent(text: str) -> bool:
    """A `%` that is neither doubled nor the start of a placeholder."""
    return bool(STRAY_PERCENT.search(text.replace("%%", ESCAPED)))


def _is_filled_alike(english: tuple[str, ...], text: str) -> bool:
    if has_stray_percent(text) and not any(map(has_stray_percent, english)):
        return False
    uses_braces = any(re.search(BRACE, source) for source in english)
    return not uses_braces or not re.search(r"[{}]", re.sub(BRACE, "", text))


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))

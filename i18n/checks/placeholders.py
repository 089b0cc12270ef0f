"""Checks named values in sentences, written as `%(name)s` or `{name}`."""

import re
from collections.abc import Iterator

PERCENT = re.compile(r"%\((?P<name>[^()]*)\)(?P<conversion>[-+ #0]*\d*(?:\.\d+)?[a-zA-Z])")
BRACE = re.compile(r"\{(?P<name>\w+)(?P<spec>(?:![rsa])?(?::[^{}]*)?)\}")
UNNAMED = re.compile(r"(?<!%)(?:%%)*%[sdrif](?![\w(])|\{\}|\{\d+\}")
ESCAPED = "\0"
"""For a doubled `%`, which must not join what stands beside it: `%(name)%%s` is no `%(name)s`."""
STRAY_PERCENT = re.compile(r"%(?!%|\([^()]*\)[-+ #0]*\d*(?:\.\d+)?[a-zA-Z])")


def placeholders(text: str) -> frozenset[str]:
    """Including conversions: `%(share)d` and `%(share)s` differ. `%%(share)s` is none: it prints its own letters."""
    text = text.replace("%%", ESCAPED)
    return frozenset(match.group() for pattern in (PERCENT, BRACE) for match in pattern.finditer(text))


def has_unnamed(text: str) -> bool:
    """`%s` or `{}`: a translator can neither move nor understand them."""
    return bool(UNNAMED.search(text))


def faults(sources: tuple[str, ...], texts: tuple[str, ...], *, first_form_is_for_zero: bool) -> Iterator[str]:
    """Descriptions of the faults. A singular may omit its number ("one point") unless it also serves for zero, as in
    French.
    """
    allowed = placeholders(" ".join(sources))
    for form, text in enumerate(texts):
        found = placeholders(text)
        is_singular = len(sources) > 1 and form == 0 and not first_form_is_for_zero
        needed = placeholders(sources[0]) if is_singular else placeholders(sources[-1])
        if unknown := found - allowed:
            yield f"{_listed(unknown)} is not a value of this sentence"
        if lost := needed - found:
            yield f"{_listed(lost)} is missing"
        if not _is_filled_alike(sources, text):
            yield "a lone % or brace would break the sentence when it is filled in"


def has_stray_percent(text: str) -> bool:
    """A `%` that is neither doubled nor the start of a named value."""
    return bool(STRAY_PERCENT.search(text.replace("%%", ESCAPED)))


def _is_filled_alike(sources: tuple[str, ...], text: str) -> bool:
    if has_stray_percent(text) and not any(map(has_stray_percent, sources)):
        return False
    uses_braces = any(BRACE.search(source) for source in sources)
    return not uses_braces or not re.search(r"[{}]", BRACE.sub("", text))


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))

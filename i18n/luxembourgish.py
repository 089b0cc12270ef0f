"""The n-rule: a final n is spoken and written only before vowels and d, h, n, t and z."""

import re
import unicodedata

KEPT_BEFORE = frozenset("aeiouydhntz")
# véier, fënnef, sechs, siwen; fofzéng, véierzeg and so on begin with the same sounds.
DROPPED_BEFORE = frozenset("4567")
FIRST_WORD = re.compile(r"[^\W_]+(?:[.\u00a0\u202f]\d{3})*")


def keeps_n(following: str) -> bool:
    """Whether a word before this text keeps its final n. Quotation marks and brackets are ignored."""
    match = FIRST_WORD.search(following)
    if match is None:
        return False
    word = match.group()
    if word[0].isdigit():
        is_negative = "\N{MINUS SIGN}" in following[: match.start()]
        return not is_negative and _number_keeps_n(re.match(r"[\d.\u00a0\u202f]+", word))
    return unicodedata.normalize("NFKD", word.lower())[0] in KEPT_BEFORE


def _number_keeps_n(match: re.Match[str] | None) -> bool:
    """Decides by the word with which the number begins: 44 is *véieravéierzeg*, 40 *véierzeg*, 14 *véierzéng*, 140
    *honnertvéierzeg*, 4 500 *véierdausendfënnefhonnert*.
    """
    digits = re.sub(r"\D", "", match.group() if match else "").lstrip("0") or "0"
    head = digits[: len(digits) % 3 or 3]
    if len(head) == 2:  # noqa: PLR2004 - units are spoken before tens, but 10 to 19 are words of their own
        return (head[1] if head[1] != "0" else head[0]) not in DROPPED_BEFORE
    return head[0] not in DROPPED_BEFORE

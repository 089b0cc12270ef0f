"""Compares the punctuation of a sentence with that of its translation."""

import re
from collections.abc import Iterator

from i18n.checks.finding import Fault
from i18n.checks.translations.bare import PRINTED_CODE, without_tags, without_values
from i18n.french import BREAKING_SPACE
from i18n.placeholders import TAG

LAST_SIGN = re.compile(r"[.!?:;,…](?=[\s)\]»”“’]*$)")
OTHER_SCRIPTS = str.maketrans("。।！？：；，\u037e", "..!?:;,?")
"""The same signs as other scripts write them."""
QUESTION_MARKS = {"el": ";"}
QUOTES = {"en": "“”", "fr": "«»", "de": "„“", "lb": "„“"}
FOREIGN_QUOTES = {
    language: re.compile("[" + "".join(set('“”„«»‟"') - set(own)) + "]") for language, own in QUOTES.items()
}
WITHOUT_SPACE = re.compile(r"\w(?:[!?;:](?!\w|//)|»)|«\w")
STRAIGHT_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)|(?<=\w)'|'(?=\w)")
# A name may begin with a dot: .pem
TYPED = {
    re.compile(r"\.\.\."): "three dots are one sign: …",
    re.compile(r"  "): "two blanks",
    re.compile(r"[,;]\s*[.!?;,]"): "two signs, one of which has lost its words",
    re.compile(r" (?:,|\.(?!\w))"): "a blank before a comma or full stop",
}


def punctuation_faults(english: str, text: str, language: str) -> Iterator[Fault]:
    """Signs that an English sentence shares with its translation, and those that each language has for itself."""
    own = text.translate(OTHER_SCRIPTS).replace(QUESTION_MARKS.get(language, "?"), "?")
    if (wanted := _last_sign(english)) != (found := _last_sign(own)):
        yield "end_sign", f"ends with {found or 'no sign'}, the English with {wanted or 'none'}"
    if own.count("!") > english.count("!"):
        yield "end_sign", "an exclamation mark that the English lacks"
    yield from _signs(without_values(TAG.sub("0", PRINTED_CODE.sub("0", text)), instead="0"), language)
    if language == "fr" and BREAKING_SPACE.search(text):
        yield "space", "a sign may stand alone on a line: `orion i18n normalize` writes no-break spaces"


def _signs(text: str, language: str) -> Iterator[Fault]:
    if STRAIGHT_APOSTROPHE.search(text):
        yield "apostrophe", "the apostrophe is ’"
    if language in QUOTES:
        yield from _quotes(text, language)
    if language == "fr" and WITHOUT_SPACE.search(text):
        yield "space", "a no-break space belongs before ! ? ; : » and after «"
    for typed, words in TYPED.items():
        if typed.search(text):
            yield "typing", words


def _quotes(text: str, language: str) -> Iterator[Fault]:
    if found := FOREIGN_QUOTES[language].search(text):
        yield "quotes", f"{found.group()}: the quotation marks are {' '.join(QUOTES[language])}"
    elif not _is_paired(text, *QUOTES[language]):
        yield "quotes", f"not every {QUOTES[language][0]} has its {QUOTES[language][1]}"


def _is_paired(text: str, opening: str, closing: str) -> bool:
    is_open = False
    for sign in text:
        if sign not in (opening, closing):
            continue
        if is_open == (sign == opening):
            return False
        is_open = not is_open
    return not is_open


def _last_sign(text: str) -> str:
    match = LAST_SIGN.search(without_tags(text))
    return match.group() if match else ""

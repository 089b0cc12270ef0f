"""Heuristics that distinguish user-visible text from identifiers. In doubt they report text."""

import re

WORD = re.compile(r"[^\W\d_]{2,}")
CAPITALIZED = re.compile(r"[A-ZÀ-Þ][a-zß-ÿ’']+")
SENTENCE = re.compile(r"[A-ZÀ-Þ][\wß-ÿ’']*[,:]? (?:.*\s)?[a-zß-ÿ]{2,}(?![\w-]).*", re.DOTALL)
SMALL_WORDS = re.compile(r"[a-zß-ÿ’']+(?: [a-zß-ÿ’']+){2,}[.!?…]?|[a-zß-ÿ’']+(?: [a-zß-ÿ’']+)+[.!?…]")

# The product's name is the same in every language.
NAMES = frozenset({"Orion"})

# `KeyboardEvent.key` values, request headers and similar: capitalized, but not user-visible.
MACHINE_WORDS = frozenset(
    {
        "Alt",
        "Backspace",
        "Control",
        "Delete",
        "End",
        "Enter",
        "Esc",
        "Escape",
        "Home",
        "Insert",
        "Meta",
        "Process",
        "Shift",
    }
    | {"Space", "Spacebar", "Tab", "Unidentified"}
    | {"Accept", "Authorization", "Bearer", "Cookie", "Location", "Vary"}
)


def words_for_people(text: str) -> bool:
    """For displayed text: any word counts, except names."""
    return any(word not in NAMES for word in WORD.findall(text))


def is_label(text: str) -> bool:
    """For strings in code: true for `Customers`, `Add points`, `please try again`; false for `is-open` and `GET`."""
    stripped = text.strip()
    if CAPITALIZED.fullmatch(stripped):
        return stripped not in MACHINE_WORDS and stripped not in NAMES
    return is_sentence(stripped) or bool(SMALL_WORDS.fullmatch(stripped))


def is_sentence(text: str) -> bool:
    """Several words, the first one capitalized: true for `Add points`, false for `Accept-Language, Cookie`."""
    return bool(SENTENCE.fullmatch(text.strip()))

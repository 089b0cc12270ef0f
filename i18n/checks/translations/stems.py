"""Recognizes a word of the glossary in a sentence, whatever its form."""

import re
import unicodedata

SHORTEST, WHOLE = 3, 4
KEPT_TENTHS = 7
"""Of a long word so many tenths of the letters are compared: endings, and most changes of vowels, come behind them."""
PREFIXES = {
    "de": r"^(?:zusammen|wieder|zuruck|ruck|ein|an|ab|auf|aus|zu|um|ent|ver|uber|frei|mit|aushan)(?=\w{4})",
    "lb": r"^(?:zesumme|zreck|reck|of|op|un|an|aus|en|ver|iwwer|frai|mat|a)(?=\w{4})",
}
FRENCH_VERB = re.compile(r"(?:er|ir|re)$")
SMALL = re.compile(r"^(?:se |s’)")


def plain(text: str) -> str:
    """In small letters, without accents and umlauts: *Gründe* has the letters of *Grund*."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def is_said(translation: str, words: tuple[str, ...], beginnings: tuple[str, ...], language: str) -> bool:
    """Whether a plain text has one of the words, maybe within a longer one, or one of the beginnings of words."""
    if any(all(stem in translation for stem in stems(word, language)) for word in words):
        return True
    return any(re.search(rf"\b\w*{beginning}", translation) for beginning in beginnings)


def stems(word: str, language: str) -> list[str]:
    """One for each word of a phrase, without articles and prepositions. A verb loses its ending and its prefix."""
    parts = re.findall(r"[\w’-]+", SMALL.sub("", plain(word)))
    return [_stem(part, language) for part in parts if len(part) > SHORTEST or len(parts) == 1]


def _stem(word: str, language: str) -> str:
    if language in PREFIXES and word.endswith("en") and len(word) > WHOLE + 2:
        word = re.sub(PREFIXES[language], "", word)[:-2]
    elif language == "fr":
        word = FRENCH_VERB.sub("", word)
    return word if len(word) <= WHOLE else word[: max(SHORTEST, -(-len(word) * KEPT_TENTHS // 10))]

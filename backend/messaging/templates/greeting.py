"""Whether a mail may greet somebody by the name that was typed for them."""

import re
import unicodedata

LENGTH_MAX, WORDS_MAX = 40, 4
NO_NAME = re.compile(r"(?i)\w\s*\.\w\w|\bwww\b|[\d@/\\:;!?$€£%#*=+<>\"|~^_{}\[\]]")
UNSEEN_AND_MARKS = "CM"


def name_to_greet(name: str | None) -> str | None:
    """None for what may be no name: an anonymous caller may have typed it, and the greeting goes to somebody else."""
    plain = plain_name(name or "")
    is_doubtful = len(plain) > LENGTH_MAX or len(plain.split()) > WORDS_MAX or NO_NAME.search(plain)
    return None if is_doubtful else name


def plain_name(name: str) -> str:
    """For checks, never for display: a pattern does not see a dot with a combining mark, a mail program does."""
    letters = unicodedata.normalize("NFKC", name).replace("。", ".")
    return "".join(letter for letter in letters if unicodedata.category(letter)[0] not in UNSEEN_AND_MARKS)

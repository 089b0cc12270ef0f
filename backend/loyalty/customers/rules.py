"""How people write their names, addresses and numbers, brought to one form for finding."""

import re
import unicodedata

WORD_LENGTH_MIN = 2
PHONE_DIGITS = 9
LATIN = str.maketrans({"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def normalize_email(email: str) -> str:
    return email.strip().casefold()


def normalize_phone(phone: str | None) -> str | None:
    """The last nine digits: the same with and without country code."""
    digits = re.sub(r"\D", "", phone or "")
    return digits[-PHONE_DIGITS:] or None


def words(*texts: str | None) -> list[str]:
    """Words without case and accents: `Müller` and `muller`, `Lëtz` and `letz` are the same."""
    folded = " ".join(text for text in texts if text).casefold().translate(LATIN)
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(mark))
    return sorted({word[:100] for word in re.findall(r"\w+", bare)})

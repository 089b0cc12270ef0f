"""How people write their names, addresses and numbers, brought to one form for finding."""

import re
import unicodedata

WORD_LENGTH_MIN = 2
PHONE_DIGITS = 9
PHONE_DIGITS_MIN = 5
GREETED_LENGTH_MAX, GREETED_WORDS_MAX = 40, 4
NO_NAME = re.compile(r"\w\.\w\w|[\d@/\\:;!?$€£%#*=+<>\"|~^_{}\[\]]")
LATIN = str.maketrans({"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def normalize_email(email: str) -> str:
    """One form for any case and any way of composing accents. Can be longer than the address itself."""
    return unicodedata.normalize("NFC", email.strip().casefold())


def normalize_phone(phone: str | None) -> str | None:
    """The last nine digits, the last one first: a number with and without its country code begin alike."""
    digits = re.sub(r"\D", "", phone or "")
    return digits[: -PHONE_DIGITS - 1 : -1] or None


def words(*texts: str | None) -> list[str]:
    """Words without case and accents: `Müller` and `muller`, `Lëtz` and `letz` are the same."""
    folded = " ".join(text for text in texts if text).casefold().translate(LATIN)
    bare = "".join(mark for mark in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(mark))
    return sorted({word[:100] for word in re.findall(r"\w+", bare)})


def name_to_greet(name: str | None) -> str | None:
    """None for what may be no name: a stranger may have typed it, and the greeting goes to somebody else."""
    plain = unicodedata.normalize("NFKC", name or "").replace("。", ".")
    is_doubtful = len(plain) > GREETED_LENGTH_MAX or len(plain.split()) > GREETED_WORDS_MAX or NO_NAME.search(plain)
    return None if is_doubtful else name

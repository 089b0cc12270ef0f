"""How people write their names and numbers, brought to one form for finding."""

import re
import unicodedata
from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from backend.core.text_cleaning import DASHES, clean_phone
from i18n.unseen import UNSEEN

WORD_LENGTH_MIN = 2
WORD_LENGTH_MAX = 100
ENDING_DIGITS = 4
"""So many last digits are what people say of a number."""
WHOLE_DIGITS = 6
"""Fewer are an ending, though some number may be as short."""
TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
COUNTRY_CODE = re.compile(r"\s*(\+|00)")

LATIN = str.maketrans({"ß": "ss", "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
BARE_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW")
"""In these a mark is an accent, or a vowel that is seldom written. In others it may be the vowel."""
EAST_ASIAN = ("HANGUL", "CJK", "HIRAGANA", "KATAKANA")
APOSTROPHES = re.compile("['\u2019\u2018\u201b\u02bc\u02b9\u02bb\u02c8\u00b4\u0060\u2032\uff07]")
HYPHENS = re.compile(f"[{DASHES}\u00b7\u0387]")
UMLAUTS = re.compile("([aou])e")
MC = re.compile("^mc")
JOINED_MAX = 4


def shown_name(first_name: str | None, last_name: str | None, email: str) -> str:
    """Without a name: the part of the address before the @."""
    return " ".join(part for part in (first_name, last_name) if part) or email.partition("@")[0]


def normalize_phone(phone: str, country: str) -> str | None:
    """E.164, backward: a number is found by its end, too. None when it cannot be a number anywhere."""
    number = _parse(phone, country)
    if number is None or not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)[::-1]


def is_phone(text: str) -> bool:
    """Digits and what people put between them."""
    return len(digits_of(text)) >= ENDING_DIGITS and not any(letter.isalpha() for letter in text)


def has_country(phone: str) -> bool:
    return COUNTRY_CODE.match(phone) is not None


def is_whole_number(phone: str, country: str) -> bool:
    number = _parse(phone, country)
    return number is not None and phonenumbers.is_valid_number(number)


def digits_of(text: str) -> str:
    return "".join(str(unicodedata.digit(letter)) for letter in text if letter.isdecimal())


def _parse(phone: str, country: str) -> PhoneNumber | None:
    """`00` as most of the world dials it; a zero told for calls from home is left out where the country knows none."""
    phone = clean_phone(phone)
    text = TRUNK_ZERO.sub("" if has_country(phone) else "0", phone)
    try:
        number = phonenumbers.parse(COUNTRY_CODE.sub("+", text, count=1), country)
    except NumberParseException:
        return None
    if number.italian_leading_zero and not phonenumbers.is_valid_number(number):
        bare = PhoneNumber(country_code=number.country_code, national_number=number.national_number)
        return bare if phonenumbers.is_valid_number(bare) else number
    return number


def words(*names: str | None) -> list[str]:
    """The words of these names, each by itself and joined with its neighbors: `O’Neill` is found as `ONeill` too."""
    forms = {word for name in names for word in search_words(name or "")}
    for name in names:
        parts = _parts(HYPHENS.sub(" ", APOSTROPHES.sub(" ", name or "")))
        for first in range(len(parts)):
            for last in range(first, min(len(parts), first + JOINED_MAX)):
                forms.add(_fold("".join(parts[first : last + 1])))
    return sorted(forms)


def shown_words(first_name: str | None, last_name: str | None, email: str) -> list[str]:
    """Of the name that is shown: a customer without one is called as their mailbox."""
    if not first_name and not last_name:
        return words(email.partition("@")[0])
    family_first = f"{last_name}{first_name}" if first_name and last_name else None
    return words(first_name, last_name, family_first if family_first and _has_no_blanks(family_first) else None)


def _has_no_blanks(name: str) -> bool:
    """Where a name is written as one word, the family's before one's own: `김민수`."""
    letters = [letter for letter in name if letter.isalpha()]
    return bool(letters) and all(map(_is_east_asian, letters))


def _is_east_asian(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(EAST_ASIAN)


def search_words(text: str) -> list[str]:
    """The words of a search, in the form of `words`. Apostrophes and hyphens join."""
    return sorted({_fold(part) for part in _search_parts(text)})


def search_variants(text: str) -> Iterator[list[str]]:
    """As it is written; then with two neighbors as one word, as `Mc Donald` may be kept as `McDonald`; then as one."""
    parts = _search_parts(text)
    yield search_words(text)
    for place in range(min(len(parts), JOINED_MAX) - 1):
        yield sorted({*map(_fold, [*parts[:place], parts[place] + parts[place + 1], *parts[place + 2 :]])})
    if parts[2:]:
        yield [_fold("".join(parts))]


def is_searchable(text: str) -> bool:
    """Two letters, or one of a script in which one may be a name: `李`."""
    letters = "".join(_search_parts(text))
    return len(letters) >= WORD_LENGTH_MIN or any(map(_is_east_asian, letters))


def _search_parts(text: str) -> list[str]:
    return _parts(HYPHENS.sub("", APOSTROPHES.sub("", text)))


def _parts(text: str) -> list[str]:
    """Runs of letters, digits and their marks, without case and accents."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", UNSEEN.sub("", text)).casefold())
    return "".join(letter if _is_of_a_word(letter) else " " for letter in _bare(folded)).translate(LATIN).split()


def _bare(text: str) -> str:
    """Without the accents of scripts in which they are no letters."""
    kept, is_bare = [], False
    for letter in text:
        if not unicodedata.combining(letter):
            is_bare = unicodedata.name(letter, "").startswith(BARE_SCRIPTS)
        elif is_bare:
            continue
        kept.append(letter)
    return "".join(kept)


def _is_of_a_word(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LMN"


def _fold(word: str) -> str:
    """`Müller`, `Mueller` and `Muller` are one, and so are `McLean` and `MacLean`. Beginnings of a word fold alike."""
    return MC.sub("mac", UMLAUTS.sub(r"\1", word))[:WORD_LENGTH_MAX]

"""The translations of a pass: one table per language, in which phones look up the texts of pass.json."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from backend.wallets.apple.assets import Asset
from backend.wallets.apple.card_texts import card_texts
from backend.wallets.apple.program_texts import PROGRAMS_MAX, SENTENCES_MAX, encoded_program, program_texts
from backend.wallets.ports import CardSnapshot
from i18n.locales import LANGUAGES

# Phones read UTF-8 as an empty table.
MARK, ENCODING = b"\xff\xfe", "utf-16-le"


def string_tables(card: CardSnapshot, own: Mapping[str, str], now: datetime) -> list[Asset]:
    """`own`: the card's texts in the language of pass.json.

    That language has a table too: a phone takes the user's second language when the first one has none.
    """
    program = encoded_program(card.program)
    return [
        Asset.of(f"{language}.lproj/pass.strings", _table(program, card, own, language, now)) for language in LANGUAGES
    ]


def _table(program: bytes, card: CardSnapshot, own: Mapping[str, str], language: str, now: datetime) -> bytes:
    shared = _shared(program, card.language, language)
    if language == card.language:
        return shared
    texts = card_texts(card, program_texts(program, language), language, now)
    return shared + _lines((text, texts.get(key, text)) for key, text in own.items())


@lru_cache(maxsize=PROGRAMS_MAX)
def _shared(program: bytes, source: str, target: str) -> bytes:
    """The part of the table that all cards of a program share."""
    own, other = program_texts(program, source), program_texts(program, target)
    # Labels even if they are equal: phones may ignore an empty table.
    labels = b"".join(_line(label, other.labels[key]) for key, label in own.labels.items())
    return MARK + labels + _lines([(own.description, other.description), (own.terms, other.terms)])


def _lines(pairs: Iterable[tuple[str, str]]) -> bytes:
    return b"".join(_line(source, text) for source, text in pairs if source != text)


@lru_cache(maxsize=SENTENCES_MAX)
def _line(source: str, text: str) -> bytes:
    """Cached across customers: names are equal in every language and never get here."""
    return f'"{_escaped(source)}" = "{_escaped(text)}";\n'.encode(ENCODING)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

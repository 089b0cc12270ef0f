"""What a pass says, in every language a phone may be set to: tables that Apple looks whole texts of pass.json up in."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from backend.wallets.apple.assets import Asset
from backend.wallets.apple.card_texts import card_texts
from backend.wallets.apple.wording import PROGRAMS_MAX, SENTENCES_MAX, content_of, wording_of
from backend.wallets.ports import CardSnapshot
from i18n.locales import LANGUAGES

# UTF-8 is read as an empty table.
MARK, ENCODING = b"\xff\xfe", "utf-16-le"


def string_tables(card: CardSnapshot, own: Mapping[str, str], now: datetime) -> list[Asset]:
    """`own`: the card's texts in the language of pass.json. That has a table too, for a phone without one for its
    language takes its reader's second.
    """
    program = content_of(card.program)
    return [
        Asset.of(f"{language}.lproj/pass.strings", _table(program, card, own, language, now)) for language in LANGUAGES
    ]


def _table(program: bytes, card: CardSnapshot, own: Mapping[str, str], language: str, now: datetime) -> bytes:
    shared = _shared(program, card.language, language)
    if language == card.language:
        return shared
    texts = card_texts(card, wording_of(program, language), language, now)
    return shared + _lines((text, texts.get(key, text)) for key, text in own.items())


@lru_cache(maxsize=PROGRAMS_MAX)
def _shared(program: bytes, source: str, target: str) -> bytes:
    """The beginning of the table, for all cards of a program."""
    own, other = wording_of(program, source), wording_of(program, target)
    # Labels always: a table without a line may be taken for none.
    labels = b"".join(_line(label, other.labels[key]) for key, label in own.labels.items())
    return MARK + labels + _lines([(own.description, other.description), (own.terms, other.terms)])


def _lines(pairs: Iterable[tuple[str, str]]) -> bytes:
    return b"".join(_line(source, text) for source, text in pairs if source != text)


@lru_cache(maxsize=SENTENCES_MAX)
def _line(source: str, text: str) -> bytes:
    """Nothing in it is a person's: a name is the same in every language."""
    return f'"{_escaped(source)}" = "{_escaped(text)}";\n'.encode(ENCODING)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

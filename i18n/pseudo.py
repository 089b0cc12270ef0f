"""The pseudo-locale: accented, longer English that reveals unmarked text and layouts that break with longer words."""

import re
from gettext import NullTranslations
from itertools import cycle, islice

from i18n.context import without_context
from i18n.placeholders import PERCENT, TAG

ACCENTS = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "ÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽåƀçðéƒĝĥîĵķļṁñöþǫŕšţûṽŵẋýž",
)
PADDING = "öñé ţŵö ţĥŕéé ƒöûŕ ƒîṽé "
SHORT_LETTERS = 10

# Named values, percent signs, tags, entities, addresses, and the variables of an email are kept unchanged.
KEPT = re.compile(rf"({PERCENT}|%%|\{{[^{{}}]*\}}|{TAG.pattern}|&#?\w+;|https?://\S+)")


def pseudo(text: str) -> str:
    """`Add points` → `⟦Åðð þöîñţš öñé ţŵö ţ⟧`: 40 % longer, twice as long under ten letters."""
    if not text.strip():
        return text
    pieces = KEPT.split(text)
    letters = sum(len(piece) for piece in pieces[::2])
    pieces[::2] = [piece.translate(ACCENTS) for piece in pieces[::2]]
    return f"⟦{''.join(pieces)} {_padding(letters)}⟧"


def _padding(letters: int) -> str:
    size = letters if letters < SHORT_LETTERS else -(-letters * 2 // 5)
    return "".join(islice(cycle(PADDING), size))


class PseudoTranslations(NullTranslations):
    """Translates every English sentence on the fly, without a catalog."""

    def gettext(self, message: str) -> str:
        return pseudo(without_context(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return pseudo(super().ngettext(msgid1, msgid2, n))

    def pgettext(self, context: str, message: str) -> str:
        return pseudo(super().pgettext(context, message))

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return pseudo(super().npgettext(context, msgid1, msgid2, n))

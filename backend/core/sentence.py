"""A sentence with its values, in English until somebody reads it."""

from collections.abc import Mapping
from datetime import date

import msgspec

from i18n.formatting import get_formatter
from i18n.translator import get_translator

COUNTED = ("count", "days")


class Sentence(msgspec.Struct, frozen=True):
    """`text` names its values as `%(name)s`. Numbers are grouped, unless they are given as text.

    `day` is an ISO date, `age` a number of seconds, `size` and `used` are numbers of bytes. A pair is singular and
    plural; the value `count` or `days` chooses.
    """

    text: str | tuple[str, str]
    values: Mapping[str, str | int] = {}

    def in_language(self, language: str) -> str:
        translator = get_translator(language)
        values = {name: _formatted(name, value, language) for name, value in self.values.items()}
        if isinstance(self.text, tuple):
            number = next(int(self.values[name]) for name in COUNTED if name in self.values)
            return translator.ngettext(*self.text, number, **values)
        return translator.gettext(self.text, **values)


def _formatted(name: str, value: str | int, language: str) -> str:
    formatter = get_formatter(language)
    match name:
        case "day":
            return formatter.date(date.fromisoformat(str(value)))
        case "age":
            return formatter.duration(int(value))
        case "size" | "used":
            return formatter.size(int(value))
    return formatter.number(value) if isinstance(value, int) else value


def say(text: str | tuple[str, str], /, **values: str | int) -> Sentence:
    return Sentence(text, values)

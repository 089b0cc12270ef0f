"""The kinds of values in emails. Each kind formats its values for the reader's language.

A declaration writes them as types of fields: `balance: PointCount`, `url: Url | None`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from backend.messaging.templates.greeting import name_to_greet
from i18n.bidi import isolated
from i18n.formatting import get_formatter
from i18n.translator import NN_, get_translator

KindName = Literal["text", "name", "url", "number", "counted", "money", "date"]
LINKS = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class ValueKind:
    name: KindName
    show: Callable[[Any, str], str]
    """The text of a value in a language; empty for a value that must not be shown."""


def _text(value: str, _: str) -> str:
    return str(isolated(" ".join(value.split())))


def _name(value: str, language: str) -> str:
    return _text(name_to_greet(value) or "", language)


def _url(value: str, _: str) -> str:
    assert value.startswith(LINKS), "only web addresses are links"
    return value


def _number(value: int, language: str) -> str:
    return get_formatter(language).number(value)


def _date(value: date, language: str) -> str:
    return get_formatter(language).date(value)


def _money(value: int, language: str) -> str:
    return get_formatter(language).money(value)


def _counted(singular: str, plural: str) -> ValueKind:
    """A number with its noun, such as `1 point` and `50 points`. Both contain `%(count)s`."""

    def show(value: int, language: str) -> str:
        count = get_formatter(language).number(value)
        return get_translator(language).ngettext(singular, plural, value, count=count)

    return ValueKind("counted", show)


Text = Annotated[str, ValueKind("text", _text)]
"""Text by the merchant or by us, on one line."""
GreetedName = Annotated[str, ValueKind("name", _name)]
"""A name that anybody may have entered. Empty when it may be no name: it never becomes a link or a greeting."""
Url = Annotated[str, ValueKind("url", _url)]
"""An address made by us. It stands in `href` only, and nothing else does."""
Number = Annotated[int, ValueKind("number", _number)]
PointCount = Annotated[int, _counted(*NN_("%(count)s point", "%(count)s points"))]
StampCount = Annotated[int, _counted(*NN_("%(count)s stamp", "%(count)s stamps"))]
TransactionCount = Annotated[int, _counted(*NN_("%(count)s transaction", "%(count)s transactions"))]
MinuteCount = Annotated[int, _counted(*NN_("%(count)s minute", "%(count)s minutes"))]
HourCount = Annotated[int, _counted(*NN_("%(count)s hour", "%(count)s hours"))]
Cents = Annotated[int, ValueKind("money", _money)]
"""An amount in euros."""
Day = Annotated[date, ValueKind("date", _date)]

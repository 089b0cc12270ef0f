"""Formats numbers, money and dates as is customary in Luxembourg."""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta, get_month_names
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit

from i18n.bidi import isolated
from i18n.locales import FORMATTING_LOCALES
from i18n.luxembourgish import keeps_n

TIME_ZONE = "Europe/Luxembourg"
BYTES_OF_A_MB, BYTES_OF_A_GB = 10**6, 10**9
MINUS = "\N{MINUS SIGN}"

DateStyle = Literal["short", "medium", "long", "full"]

YEAR = re.compile("y+")


class Formatter:
    """Times are shown in the time zone of the store or merchant; dates are not converted."""

    def __init__(self, language: str, time_zone: str = TIME_ZONE) -> None:
        self.locale = Locale.parse(FORMATTING_LOCALES[language])
        self.zone = ZoneInfo(time_zone)

    def number(self, value: Decimal | float) -> str:
        """Below zero with a true minus, as everything here: `−12`. What machines read is not formatted."""
        return _signed(format_decimal(value, locale=self.locale))

    def points(self, value: int, *, signed: bool = False) -> str:
        """Points or stamps; `signed` for a change: `+41`, `−500`."""
        if not signed or not value:
            return self.number(value)
        return f"{'+' if value > 0 else ''}{self.number(value)}"

    def percent(self, fraction: Decimal | float, digits: int = 0) -> str:
        """0.125 is `13 %`, or `12,5 %` with one digit. Rounds half up."""
        step = Decimal(1).scaleb(-2 - digits)
        rounded = Decimal(str(fraction)).quantize(step, ROUND_HALF_UP)
        return _signed(format_percent(rounded, locale=self.locale, decimal_quantization=False))

    def money(self, cents: int, currency: str = "EUR") -> str:
        return _signed(format_currency(Decimal(cents).scaleb(-2), currency, locale=self.locale))

    def plain_amount(self, cents: int) -> str:
        """The amount as entered into a field: `1234,50`."""
        return format_decimal(Decimal(cents).scaleb(-2), format="0.00", locale=self.locale)

    def date(self, value: dt.date, style: DateStyle = "long") -> str:
        """A `datetime` must be aware and is converted to the time zone."""
        day = self._local(value).date() if isinstance(value, dt.datetime) else value
        # CLDR uses two-digit years in some languages; birthdays and expiry dates need four.
        pattern = YEAR.sub("yyyy", self.locale.date_formats["short"].pattern) if style == "short" else style
        return format_date(day, pattern, locale=self.locale)

    def last_day(self, ends_at: dt.datetime, style: DateStyle = "long") -> str:
        """The last usable day before an expiry: when `ends_at` is midnight, the day before."""
        return self.date(ends_at - dt.timedelta(microseconds=1), style)

    def day(self, value: dt.datetime) -> str:
        """Short form without year: `21 Nov`."""
        return format_skeleton("MMMd", self._local(value).date(), locale=self.locale)

    def month(self, value: dt.date) -> str:
        """A column heading of a report: `November 2026`."""
        return format_skeleton("yMMMM", value, locale=self.locale)

    def month_names(self) -> list[str]:
        """January to December, for the selection of a birthday."""
        names = get_month_names("wide", context="stand-alone", locale=self.locale)
        return [names[month] for month in range(1, 13)]

    def time(self, value: dt.datetime) -> str:
        return format_time(self._local(value), "short", tzinfo=self.zone, locale=self.locale)

    def datetime(self, value: dt.datetime, style: DateStyle = "long") -> str:
        """Day and minute, never relative ("3 days ago"): pages are printed, emailed and archived."""
        pattern = str(self.locale.datetime_formats["medium"])
        return pattern.format(self.time(value), self.date(value, style))

    def duration(self, seconds: float) -> str:
        """In the largest unit of which there are more than one: `83 minutes`."""
        return _signed(format_timedelta(dt.timedelta(seconds=round(seconds)), threshold=1.5, locale=self.locale))

    def size(self, size_bytes: int) -> str:
        """`34 MB`, `12.3 GB`."""
        if size_bytes < BYTES_OF_A_GB:
            return format_unit(-(-size_bytes // BYTES_OF_A_MB), "digital-megabyte", "short", locale=self.locale)
        return format_unit(round(size_bytes / BYTES_OF_A_GB, 1), "digital-gigabyte", "short", locale=self.locale)

    def listing(self, words: Sequence[str]) -> str:
        """`a, b and c`."""
        kept = [f"{isolated(word)}" for word in words]
        if self.locale.language == "lb":
            return _luxembourgish_listing(kept)
        return format_list(kept, locale=self.locale)

    def _local(self, moment: dt.datetime) -> dt.datetime:
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be shown")
        return moment.astimezone(self.zone)


@cache
def get_formatter(language: str, time_zone: str = TIME_ZONE) -> Formatter:
    """For a shipped language or the pseudo-locale."""
    return Formatter(language, time_zone)


def _signed(text: str) -> str:
    """CLDR has a hyphen for these languages, at which a line may be broken."""
    return text.replace("-", MINUS)


def _luxembourgish_listing(words: Sequence[str]) -> str:
    # CLDR prints "a, b a(n) c".
    if not words:
        return ""
    *firsts, last = words
    and_ = "an" if keeps_n(last) else "a"
    return f"{', '.join(firsts)} {and_} {last}" if firsts else last

import datetime as dt
import json
from pathlib import Path

import pytest

from i18n.formatting import Formatter, get_formatter
from i18n.locales import LANGUAGES

GOLDEN = json.loads(Path(__file__).with_name("formatting_golden.json").read_text(encoding="utf-8"))
MOMENT = dt.datetime(2026, 3, 5, 17, 5, tzinfo=dt.UTC)
DAY = MOMENT.date()
VALUES = 40


NIGHT = dt.datetime(2026, 12, 31, 23, 0, tzinfo=dt.UTC)


def values(language: str) -> dict[str, str]:
    """Forty values: numbers, points and money above and below zero, dates, times, sizes and lists."""
    write = get_formatter(language)
    return {
        "nothing": write.number(0),
        "small number": write.number(999),
        "thousand": write.number(1000),
        "decimal": write.number(0.5),
        "number": write.number(-1234567.5),
        "number below zero": write.number(-1),
        "points": write.points(12500),
        "points owed": write.points(-1500),
        "points gained": write.points(41, signed=True),
        "many points gained": write.points(1234567, signed=True),
        "points spent": write.points(-1500, signed=True),
        "no change": write.points(0, signed=True),
        "percent": write.percent(0.125),
        "percent with a digit": write.percent(0.125, digits=1),
        "percent lost": write.percent(-0.125, digits=1),
        "all": write.percent(1),
        "money": write.money(123450),
        "no money": write.money(0),
        "small money": write.money(5),
        "most money": write.money(99_999_999),
        "debt": write.money(-1250),
        "large debt": write.money(-123_450),
        "dollars": write.money(123450, "USD"),
        "amount in a field": write.plain_amount(123450),
        "short date": write.date(DAY, "short"),
        "medium date": write.date(DAY, "medium"),
        "long date": write.date(DAY),
        "full date": write.date(DAY, "full"),
        "last day": write.last_day(NIGHT),
        "date of a moment": write.date(NIGHT, "short"),
        "month": write.month(DAY),
        "day": write.day(MOMENT),
        "time": write.time(MOMENT),
        "midnight": write.time(NIGHT),
        "datetime": write.datetime(MOMENT),
        "short datetime": write.datetime(MOMENT, "short"),
        "duration": write.duration(5000),
        "size": write.size(34_000_000),
        "large size": write.size(12_340_000_000),
        "list": write.listing(["Anna", "Luc", "Marie"]),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_are_written_as_in_luxembourg(language: str) -> None:
    assert values(language) == GOLDEN[language]
    assert len(GOLDEN[language]) == VALUES


@pytest.mark.parametrize("language", LANGUAGES)
def test_below_zero_is_a_true_minus_and_decimals_have_the_readers_mark(language: str) -> None:
    mark = "." if language == "en" else ","
    written = values(language)
    below = ["number", "number below zero", "points owed", "points spent", "percent lost", "debt", "large debt"]
    assert [name for name in below if "\N{MINUS SIGN}" not in written[name]] == []
    assert [name for name, text in written.items() if "-" in text] == []
    assert [written[name] for name in ("decimal", "amount in a field")] == [f"0{mark}5", f"1234{mark}50"]
    assert f"234{mark}50" in written["money"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_in_a_list_each_name_written_from_the_right_stands_by_itself(language: str) -> None:
    listed = Formatter(language).listing(["10 €", "שרה", "Tom"])
    assert "10 €, \u2068שרה\u2069" in listed


def test_luxembourgish_never_prints_an_n_in_brackets() -> None:
    write = Formatter("lb")
    days = [dt.date(2026, month, day) for month in range(1, 13) for day in (1, 11, 22, 30) if (month, day) != (2, 30)]
    dates = [write.date(day, style) for day in days for style in ("short", "medium", "long", "full")]
    lists = [write.listing(["Anna", name]) for name in ("Luc", "Tom", "Émile", "3", "Zoé", "Marie", "(x)")]
    texts = [*values("lb").values(), *write.month_names(), *map(write.month, days), *dates, *lists]
    assert not [text for text in texts if "(n)" in text]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], ""),
        (["Anna"], "Anna"),
        (["Anna", "Luc"], "Anna a Luc"),
        (["Anna", "Marie"], "Anna a Marie"),
        (["Anna", "Tom"], "Anna an Tom"),
        (["Luc", "Émile"], "Luc an Émile"),
        (["Luc", "Marie", "Zoé"], "Luc, Marie an Zoé"),
        (["Luc", "„Marie“"], "Luc a „Marie“"),
        (["Luc", "„Tom“"], "Luc an „Tom“"),
        (["Luc", "…"], "Luc a …"),
    ],
)
def test_luxembourgish_lists_follow_the_n_rule(words: list[str], text: str) -> None:
    assert Formatter("lb").listing(words) == text


@pytest.mark.parametrize(
    ("numbers", "and_"),
    [
        ("0 1 2 3 8 9 10 11 12 13 18 19 20 21 30 41 52 63 78 80 90 99 100 104 140 199 1.000 1.400 8.500 23.000", "an"),
        ("4 5 6 7 14 15 16 17 24 35 46 57 40 50 60 70 44 400 599 700 4.000 7.500 14.000 24.000 600.000", "a"),
    ],
)
def test_luxembourgish_numbers_are_read_aloud_before_the_n_rule_is_kept(numbers: str, and_: str) -> None:
    """Véier, fënnef, sechs and siwen drop it, also where a longer number begins with them."""
    for number in numbers.split():
        assert Formatter("lb").listing(["A", f"{number} Punkten"]) == f"A {and_} {number} Punkten"


def test_a_moment_is_shown_in_the_zone_of_its_store_on_both_sides_of_midnight() -> None:
    new_year = dt.datetime(2026, 12, 31, 23, 0, tzinfo=dt.UTC)
    assert Formatter("en").datetime(new_year) == "1 January 2027, 00:00"
    assert Formatter("en").date(new_year - dt.timedelta(seconds=1)) == "31 December 2026"
    assert Formatter("en", "Europe/Lisbon").time(new_year) == "23:00"


def test_what_ends_at_midnight_can_be_used_until_the_day_before() -> None:
    midnight = dt.datetime(2026, 12, 31, 23, 0, tzinfo=dt.UTC)
    assert Formatter("en").last_day(midnight) == "31 December 2026"
    assert Formatter("en").last_day(midnight + dt.timedelta(hours=9)) == "1 January 2027"


@pytest.mark.parametrize(
    ("language", "text"), [("en", "1234.50"), ("fr", "1234,50"), ("de", "1234,50"), ("lb", "1234,50")]
)
def test_an_amount_in_a_field_has_no_groups_and_two_digits(language: str, text: str) -> None:
    """So that it is read back as it was."""
    assert Formatter(language).plain_amount(123450) == text


def test_summer_time_is_known() -> None:
    assert Formatter("fr").time(dt.datetime(2026, 7, 1, 12, 0, tzinfo=dt.UTC)) == "14:00"


def test_a_moment_without_a_zone_is_not_guessed() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Formatter("en").time(MOMENT.replace(tzinfo=None))


def test_a_birthday_is_chosen_from_twelve_months() -> None:
    assert Formatter("lb").month_names()[2] == "Mäerz"
    assert len(Formatter("fr").month_names()) == 12


def test_the_pseudo_locale_writes_values_as_english_does() -> None:
    assert values("en_XA") == values("en")

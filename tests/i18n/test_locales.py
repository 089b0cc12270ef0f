import pytest

from i18n.locales import FORMATTING_LOCALES, LANGUAGE_NAMES, LANGUAGES, PSEUDO_LANGUAGE, html_language, negotiate
from tests.world.caller import Json


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("lb-LU", "lb"),
        ("zh,fr", "fr"),
        ("zh", "fr"),
        ("", "fr"),
        (None, "fr"),
        ("de", "de"),
        ("DE-at", "de"),
        ("en_US", "en"),
        ("fr-LU,fr;q=0.9,de;q=0.8", "fr"),
        ("fr;q=0.3, de;q=0.8, en;q=0.5", "de"),
        ("de ; q=0.9 , lb", "lb"),
        ("en;q=0, de;q=0.1", "de"),
        ("*", "fr"),
        ("zh;q=1, *;q=0.5", "fr"),
        ("en;q=high, lb;q=0.2", "lb"),
        ("en;q=nan, lb;q=0.2", "lb"),
        (";;;,,,;q=1", "fr"),
        ("english", "fr"),
        ("en-XA", "en"),
    ],
)
def test_a_browser_gets_the_best_language_it_asks_for(header: str | None, language: str) -> None:
    assert negotiate(header) == language


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ({"asked": "lb", "person": "de", "customer": "en", "cookie": "en"}, "lb"),
        ({"asked": "zh", "person": "de", "customer": "en", "cookie": "en"}, "de"),
        ({"person": "zh-TW", "customer": "de-LU", "cookie": "lb"}, "de"),
        ({"customer": "lb", "cookie": "de"}, "lb"),
        ({"customer": "nonsense", "cookie": "de"}, "de"),
        ({"cookie": "xx", "store": "de", "merchant": "lb"}, "fr"),
        ({}, "fr"),
    ],
)
def test_what_is_asked_then_saved_then_kept_wins_over_the_browser(wishes: Json, language: str) -> None:
    assert negotiate("fr-FR", **wishes) == language


def test_a_browser_without_a_language_of_ours_gets_the_stores_the_merchants_and_then_the_platforms() -> None:
    assert negotiate("zh", store="de", merchant="lb") == "de"
    assert negotiate("zh", store="zh", merchant="lb") == "lb"
    assert negotiate("zh", merchant="zh", fallback="de") == "de"


def test_the_pseudo_locale_is_spoken_only_where_it_is_allowed() -> None:
    assert negotiate("fr", asked="en_XA") == "en"
    assert negotiate("fr", asked="en_XA", pseudo=True) == PSEUDO_LANGUAGE
    assert negotiate("fr", cookie="en-XA", pseudo=True) == PSEUDO_LANGUAGE
    assert negotiate("fr", person="de", customer="lb", cookie="en_XA", pseudo=True) == PSEUDO_LANGUAGE
    assert negotiate("fr", person="de", cookie="en_XA") == "de"


def test_every_language_has_a_name_and_a_way_to_write_numbers() -> None:
    assert set(LANGUAGE_NAMES) == set(LANGUAGES)
    assert set(FORMATTING_LOCALES) == {*LANGUAGES, PSEUDO_LANGUAGE}
    assert html_language(PSEUDO_LANGUAGE) == "en-XA"

import pytest
from polib import POFile

from i18n.catalogs.headers import has_plural_forms_of, plural_forms


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("fr", "nplurals=2; plural=(n > 1);"),
        ("fr", "nplurals=2; plural=n > 1;"),
        ("fr", "nplurals=2; plural=n>1"),
        ("fr", "nplurals=2; plural=!(n < 2);"),
        ("de", "nplurals=2; plural=n != 1;"),
        ("lb", "nplurals=2;plural=n==1 ? 0 : 1;"),
    ],
)
def test_a_rule_of_plurals_may_be_written_in_any_way(language: str, forms: str) -> None:
    assert has_plural_forms_of(with_plural_forms(forms), language)


@pytest.mark.parametrize(
    "forms", ["", "nplurals=2; plural=n != 1;", "nplurals=3; plural=n > 1;", "plural=n > 1;", "n("]
)
def test_another_rule_is_not_french(forms: str) -> None:
    assert not has_plural_forms_of(with_plural_forms(forms), "fr")


def test_our_own_rules_are_right() -> None:
    assert all(
        has_plural_forms_of(with_plural_forms(plural_forms(name)), name) for name in ("fr", "de", "lb", "pt", "pl")
    )


def with_plural_forms(forms: str) -> POFile:
    catalog = POFile()
    catalog.metadata = {"Plural-Forms": forms}
    return catalog

"""How people write their names, addresses and numbers."""

import pytest

from backend.loyalty.customers.rules import normalize_email, normalize_phone, words


@pytest.mark.parametrize(
    ("email", "norm"),
    [
        (" Marie.Weber@Example.COM ", "marie.weber@example.com"),
        ("STRASSE@example.com", "strasse@example.com"),
        ("Straße@example.com", "strasse@example.com"),
    ],
)
def test_an_address_is_the_same_in_any_case(email: str, norm: str) -> None:
    assert normalize_email(email) == norm


@pytest.mark.parametrize(
    ("phone", "norm"),
    [
        ("+352 621 123 456", "621123456"),
        ("00352621123456", "621123456"),
        ("621 123 456", "621123456"),
        ("(0)621/12.34-56", "621123456"),
        ("12345", "12345"),
        ("", None),
        ("call me", None),
        (None, None),
    ],
)
def test_a_number_is_the_same_with_and_without_its_country(phone: str | None, norm: str | None) -> None:
    assert normalize_phone(phone) == norm


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("Jean", "Müller"), ["jean", "muller"]),
        (("Lëtz", None), ["letz"]),
        (("Anne-Marie", "d'Œuvre"), ["anne", "d", "marie", "oeuvre"]),
        (("Groß", "Łukasz"), ["gross", "lukasz"]),
        (("Žižek", "Đorđe"), ["dorde", "zizek"]),
        (("ISTANBUL", "İzmir"), ["istanbul", "izmir"]),
        (("Weber", "weber"), ["weber"]),
        ((None, ""), []),
        (("李", "小龍"), ["小龍", "李"]),
    ],
)
def test_words_have_neither_case_nor_accents(names: tuple[str | None, ...], found: list[str]) -> None:
    assert words(*names) == found


def test_a_word_of_any_length_fits_its_column() -> None:
    assert words("x" * 500) == ["x" * 100]

"""How people write their names, addresses and numbers."""

from email.message import EmailMessage
from email.policy import SMTPUTF8
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backend.loyalty.customers.rules import normalize_email, normalize_phone, words
from backend.loyalty.customers.schemas import Email, Name


@pytest.mark.parametrize(
    ("email", "norm"),
    [
        (" Marie.Weber@Example.COM ", "marie.weber@example.com"),
        ("STRASSE@example.com", "strasse@example.com"),
        ("Straße@example.com", "strasse@example.com"),
        ("E\u0301ric@example.com", "\u00e9ric@example.com"),
    ],
)
def test_an_address_is_the_same_in_any_case(email: str, norm: str) -> None:
    assert normalize_email(email) == norm


@pytest.mark.parametrize(
    ("phone", "norm"),
    [
        ("+352 621 123 456", "654321126"),
        ("00352621123456", "654321126"),
        ("621 123 456", "654321126"),
        ("(0)621/12.34-56", "654321126"),
        ("+352 26 12 34 56", "654321622"),
        ("26 12 34 56", "65432162"),
        ("12345", "54321"),
        ("", None),
        ("call me", None),
        (None, None),
    ],
)
def test_a_number_is_kept_from_its_end(phone: str | None, norm: str | None) -> None:
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


@settings(max_examples=500)
@given(
    local=st.text(
        st.one_of(st.sampled_from("ab=?_-+'é\u0301😀"), st.characters(exclude_categories=["Cs"])), min_size=1
    ),
    domain=st.text(st.one_of(st.sampled_from("ab-.é"), st.characters(exclude_categories=["Cs"])), min_size=1),
)
@example(local="=?utf-8?q?x?=", domain="x")
def test_a_mail_can_be_written_to_every_address_taken(local: str, domain: str) -> None:
    """By the library that sends it. What it could not write is refused where it is typed."""
    address = f"{local}@{domain}.lu"
    if not is_taken(address, Email) or address != address.strip():
        return
    mail = EmailMessage()
    mail["To"] = address
    assert [to.addr_spec for to in mail["To"].addresses] == [address]
    assert mail.as_bytes(policy=SMTPUTF8)


@pytest.mark.parametrize(
    "address",
    [
        "marie@example.com",
        " Marie+shop@a-b.example.com ",
        "o'neil@example.com",
        "éric@café.lu",
        "m_w@x.co.uk",
        "1@1.lu",
    ],
)
def test_addresses_people_have_are_taken(address: str) -> None:
    assert is_taken(address, Email)


@pytest.mark.parametrize("name", ["Marie", "Jean-Luc", "d'Œuvre", "J. R.", "李", "Wwilma", "Nguyễn Thị", " Otto "])
def test_names_people_have_are_taken(name: str) -> None:
    assert is_taken(name, Name)


def is_taken(value: str, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True

"""How people write their names, addresses and numbers."""

from email.message import EmailMessage
from email.policy import SMTPUTF8
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backend.core.text_cleaning import clean_email
from backend.loyalty.customers.rules import (
    normalize_phone,
    search_variants,
    search_words,
    shown_words,
    words,
)
from backend.loyalty.customers.schemas import Email, PersonName, Phone


@pytest.mark.parametrize(
    ("phone", "country", "number"),
    [
        ("+352 621 123 456", "LU", "+352621123456"),
        ("00352621123456", "LU", "+352621123456"),
        ("621 123 456", "LU", "+352621123456"),
        ("(0)621/12.34-56", "LU", "+352621123456"),
        ("0621 123 456", "LU", "+352621123456"),
        ("+352 (0)621 123 456", "LU", "+352621123456"),
        ("tel:+352\u2013621\u00a0123\u00a0456", "LU", "+352621123456"),
        ("26 12 34 56", "LU", "+35226123456"),
        ("12345", "LU", "+35212345"),
        ("0151 23456789", "DE", "+4915123456789"),
        ("+49 (0)151 23456789", "LU", "+4915123456789"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("+33 (0) 6 12 34 56 78", "LU", "+33612345678"),
        ("02 123 45 67", "BE", "+3221234567"),
        ("06 1234 5678", "IT", "+390612345678"),
        ("0039 06 1234 5678", "LU", "+390612345678"),
        ("", "LU", None),
        ("call me", "LU", None),
        ("+352 1", "LU", None),
        ("+999 123 4567", "LU", None),
        ("123456789012345", "LU", None),
    ],
)
def test_a_number_is_one_however_it_is_dialed(phone: str, country: str, number: str | None) -> None:
    norm = normalize_phone(phone, country)
    assert (norm and norm[::-1]) == number


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("Jean", "Müller"), ["jean", "muller"]),
        (("Lëtz", None), ["letz"]),
        (("Anne-Marie", "d'Œuvre"), ["anne", "annemarie", "d", "douvre", "marie", "ouvre"]),
        (("Groß", "Łukasz"), ["gross", "lukasz"]),
        (("Žižek", "Đorđe"), ["dorde", "zizek"]),
        (("ISTANBUL", "İzmir"), ["istanbul", "izmir"]),
        (("Weber", "weber"), ["weber"]),
        (("Mc Donald", None), ["donald", "mac", "macdonald"]),
        ((None, ""), []),
        (("李", "小龍"), ["小龍", "李"]),
    ],
)
def test_words_have_neither_case_nor_accents(names: tuple[str | None, ...], found: list[str]) -> None:
    assert words(*names) == found


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Müller", "Mueller"),
        ("Mueller", "Müller"),
        ("Müller", "muller"),
        ("Mueller", "Muller"),
        ("Schröder", "Schroeder"),
        ("Bäcker", "Baecker"),
        ("O’Neill", "O'Neill"),
        ("O'Neill", "ONeill"),
        ("ONeill", "O´Neill"),
        ("O'Neill", "O Neill"),
        ("ONeill", "O Neill"),
        ("O'Neill", "Neill"),
        ("McDonald", "MacDonald"),
        ("MacDonald", "mcdonald"),
        ("McDonald", "Mc Donald"),
        ("Mac Donald", "McDonald"),
        ("McDonald", "ma"),
        ("Jean-Luc", "Jean Luc"),
        ("Jean Luc", "Jean\u2011Luc"),
        ("Jean-Luc", "Jeanluc"),
        ("Jeanluc", "Jean-Luc"),
        ("Jeanluc", "Jean Luc"),
        ("Weber-Müller", "Weber Mueller"),
        ("D’Artagnan", "dartagnan"),
        ("L'Hôpital", "hopital"),
        ("Noël", "Noel"),
        ("Straß", "Strass"),
        ("Çelik", "celik"),
        ("Nguyễn", "nguyen"),
        ("Йосиф", "иосиф"),
        ("Παπαδόπουλος", "παπαδοπουλοσ"),
        ("हिन्दी", "हिन्दी"),
        ("สมชาย", "สมชาย"),
        ("ใจดี", "ใจดี"),
        ("தமிழ்", "தமிழ்"),
        ("がく", "か\u3099く"),
        ("김철수", "김철"),
        ("الأحمد", "الاحمد"),
        ("محمد", "مُحَمَّد"),
        ("שָׁלוֹם", "שלום"),
        ("ﬁona", "Fiona"),
        ("Ma\u00adrie\u200b", "Marie"),
        ("a-b-c-d-e-f", "a-b-c-d-e-f"),
    ],
)
def test_a_name_is_found_as_people_write_it(name: str, asked: str) -> None:
    assert is_found(name, asked)


@pytest.mark.parametrize(
    ("name", "asked"),
    [("की", "का"), ("ดี", "ดา"), ("Weber", "Webber"), ("Jean-Luc", "Luc-Jean"), ("பி", "பு"), ("Muller", "Miller")],
)
def test_other_names_are_not_found(name: str, asked: str) -> None:
    """Where vowels are marks, they tell names apart."""
    assert not is_found(name, asked)


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_shown_name_is_findable(first: str, last: str) -> None:
    assert set(search_words(f"{first} {last}")) <= set(words(first, last))


@given(st.text(st.sampled_from("aeoumcäöüß'- Mß"), max_size=20), st.integers(0, 20))
def test_a_name_is_found_from_its_first_letters_on(name: str, letters: int) -> None:
    for word in name.split():
        assert is_found(word, word[:letters])


@pytest.mark.parametrize(
    ("first", "last", "asked"),
    [
        ("민수", "김", "김민수"),
        ("小明", "王", "王小明"),
        ("さくら", "山田", "山田さくら"),
        ("태희", "남궁", "남궁태희"),
    ],
)
def test_where_names_are_written_as_one_word_the_family_name_comes_first(first: str, last: str, asked: str) -> None:
    assert set(search_words(asked)) <= set(shown_words(first, last, "kim@example.com"))
    assert set(search_words(first) + search_words(last)) <= set(shown_words(first, last, "kim@example.com"))


def test_names_with_a_blank_between_them_are_not_joined_the_other_way() -> None:
    assert shown_words("Marie", "Weber", "m@example.com") == ["marie", "weber"]


def is_found(name: str, asked: str) -> bool:
    kept = words(name)
    return any(all(any(word.startswith(prefix) for word in kept) for prefix in way) for way in search_variants(asked))


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
@example(local="0", domain="\xad")
@example(local="\u200da\ufe0f", domain="x\u200c")
def test_a_mail_can_be_written_to_every_address_taken(local: str, domain: str) -> None:
    """By the library that sends it. What it could not write is refused where it is typed."""
    typed = f"{local}@{domain}.lu"
    if not is_taken(typed, Email):
        return
    address = clean_email(typed)
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
        "Marie <marie@example.com>",
        '"Weber, Marie" <marie@example.com>',
        "mailto:marie@example.com",
        "<marie@example.com>",
    ],
)
def test_addresses_people_have_are_taken(address: str) -> None:
    assert is_taken(address, Email)


@pytest.mark.parametrize(
    "address", ["marie@x.lu>", "<marie@x.lu", "a@x.lu,b@x.lu", "A <a@x.lu>, B <b@x.lu>", "Marie <>"]
)
def test_half_an_address_and_two_of_them_are_refused(address: str) -> None:
    assert not is_taken(address, Email)


@pytest.mark.parametrize(
    "phone", ["+352 621 123 456", "tel:+352621123456", "\u00a0621\u2013123\u2014456\t", "(0)621/12.34-56"]
)
def test_numbers_people_have_are_taken(phone: str) -> None:
    assert is_taken(phone, Phone)


@pytest.mark.parametrize("name", ["Marie", "Jean-Luc", "d'Œuvre", "J. R.", "李", "Wwilma", "Nguyễn Thị", " Otto "])
def test_names_people_have_are_taken(name: str) -> None:
    assert is_taken(name, PersonName)


def is_taken(value: str, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True

"""One address has one form, wherever addresses are compared, counted or limited."""

import pytest

from backend.core.addresses import can_be_mailed, normalize_email
from backend.core.text_cleaning import clean_email, clean_phone


@pytest.mark.parametrize(
    ("email", "norm"),
    [
        (" Marie.Weber@Example.COM ", "marie.weber@example.com"),
        ("E\u0301ric@example.com", "\u00e9ric@example.com"),
        ("\u00c9RIC@CAF\u00c9.lu", "\u00e9ric@xn--caf-dma.lu"),
        ("e\u0301ric@cafe\u0301.lu", "\u00e9ric@xn--caf-dma.lu"),
        ("éric@XN--CAF-DMA.lu", "\u00e9ric@xn--caf-dma.lu"),
        ("marie@a_b.example", "marie@a_b.example"),
        ("marie@i❤.example", "marie@i❤.example"),
        ("Ann <Ann@x.lu>", "ann@x.lu"),
        ("mailto:ann@x.lu", "ann@x.lu"),
        ("\ufeffann\u200b@x.lu\t", "ann@x.lu"),
    ],
)
def test_an_address_is_the_same_however_it_is_written(email: str, norm: str) -> None:
    assert normalize_email(email) == norm
    assert normalize_email(norm) == norm


IMPOSSIBLE = (
    "x@-x.com",
    "x@x-.com",
    "x@ex_ample.com",
    f"{'x' * 65}@x.com",
    "x@xn--a.com",
    "x@\u2100.com",
    f"x@{'x' * 64}.com",
    "x@10.0.0.1",
    "x",
    "@x.com",
)


@pytest.mark.parametrize("email", IMPOSSIBLE)
def test_no_mail_can_be_sent_to_a_domain_that_dns_cannot_know(email: str) -> None:
    assert not can_be_mailed(email)


@pytest.mark.parametrize(
    "email",
    [
        f"{'x' * 64}@x.lu",
        "x@xn--caf-dma.lu",
        "\u00e9ric@CAF\u00c9.lu",
        "x@3m.com",
        "x@\u4f8b\u5b50.\u4e2d\u56fd",
        "Ann <Ann@fa\u00df.de>",
    ],
)
def test_an_address_in_any_script_can_be_mailed(email: str) -> None:
    assert can_be_mailed(email)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("straße@x.lu", "strasse@x.lu"),
        ("ſepp@x.lu", "sepp@x.lu"),
        ("\u212aarl@x.lu", "karl@x.lu"),
        ("\u212bsa@x.lu", "\u00e5sa@x.lu"),
        ("ann@faß.de", "ann@fass.de"),
        ("ﬁn@x.lu", "fin@x.lu"),
        ("ıda@x.lu", "ida@x.lu"),
    ],
)
def test_letters_that_only_look_alike_make_two_addresses(one: str, other: str) -> None:
    assert normalize_email(one) != normalize_email(other)


@pytest.mark.parametrize(
    ("pasted", "address"),
    [
        ("ann@x.lu", "ann@x.lu"),
        ("Ann <ann@x.lu>", "ann@x.lu"),
        ('"Weber, Ann" <Ann@x.lu>', "Ann@x.lu"),
        ("ann@x.lu <ann@x.lu>", "ann@x.lu"),
        ("<mailto:ann@x.lu>", "ann@x.lu"),
        ("MailTo: ann@x.lu ", "ann@x.lu"),
        ("\u202aann@x.lu\u202c", "ann@x.lu"),
        ("", ""),
    ],
)
def test_of_what_a_mail_program_copies_the_address_stays(pasted: str, address: str) -> None:
    assert clean_email(pasted) == address


@pytest.mark.parametrize(
    ("pasted", "phone"),
    [
        ("tel:+352621123456", "+352621123456"),
        ("\u202a+352\u00a0621\u2013123\u2014456\u202c\t", "+352 621-123-456"),
        ("+352  621 123 456", "+352 621 123 456"),
    ],
)
def test_of_what_a_contact_list_copies_the_number_stays(pasted: str, phone: str) -> None:
    assert clean_phone(pasted) == phone

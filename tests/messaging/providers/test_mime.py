"""The mail as it travels."""

import base64
import dataclasses
import email
import email.policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from backend.core.mail_settings import MailSettings
from backend.messaging.providers.mime import envelope_address, write_envelope
from backend.messaging.providers.ports import DeliveryFailed
from tests.messaging.mails import MAIL
from tests.world.caller import Json

SETTINGS = replace(MailSettings(), email_reply_to="shop@example.com")
CHARSETS = st.sampled_from(["utf-8", "us-ascii", "latin-1", "utf-7", "?"])
HEADER = b"Bank\r\nBcc: all@example.com"
ENCODED_WORDS = st.builds(
    lambda before, after, charset, is_base64: before + encoded_word(HEADER, charset, is_base64) + after,
    *(st.text(max_size=5), st.text(max_size=60), CHARSETS, st.booleans()),
)
TEXTS = st.text(st.characters(exclude_categories=[]), max_size=300) | ENCODED_WORDS
ALWAYS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Reply-To"]
AT_THE_END = ["Content-Type", "MIME-Version", "Content-Language"]


def encoded_word(raw: bytes, charset: str, is_base64: bool) -> str:
    """Of RFC 2047."""
    if is_base64:
        return f"=?{charset}?b?{base64.b64encode(raw).decode()}?="
    return f"=?{charset}?q?{''.join(f'={byte:02X}' for byte in raw)}?="


def parsed(**values: Any) -> EmailMessage:
    content = write_envelope(SETTINGS, dataclasses.replace(MAIL, **values)).content
    return email.message_from_bytes(content, _class=EmailMessage, policy=email.policy.default)


@given(sender=TEXTS, subject=TEXTS, reply_to=TEXTS, value=TEXTS, name=st.text(max_size=40))
def test_no_text_becomes_a_header_of_its_own(sender: str, subject: str, reply_to: str, value: str, name: str) -> None:
    mail = parsed(
        sender=sender,
        subject=subject,
        reply_to=reply_to or None,
        headers={"List-Unsubscribe": value, "X-Reference": value, f"X-{name}": value, "Bcc\r\nX": value},
        body_html="<p>Größe</p>",
    )
    given_names = {"List-Unsubscribe", "X-Reference"} | ({f"X-{name}"} if f"X-{name}" in mail else set())
    expected = {header.lower() for header in (*ALWAYS, *AT_THE_END, *given_names)}
    assert sorted(header.lower() for header in mail) == sorted(expected)
    assert [address.addr_spec for address in mail["To"].addresses] == ["zoe@example.com"]
    assert [address.addr_spec for address in mail["From"].addresses] == ["cards@orion.example"]
    assert mail["Message-ID"] == f"<{MAIL.id}@orion.example>"


@pytest.mark.parametrize(
    "text", ["A\r\nBcc: all@example.com", "A\nX: y", "A\rX: y", "A\u2028X: y", "A\x0bX: y", "A\x00"]
)
def test_a_line_end_in_a_name_is_a_space(text: str) -> None:
    mail = parsed(sender=text, subject=text)
    assert (mail["Bcc"], mail["X"]) == (None, None)
    assert mail["Subject"].startswith("A")


@pytest.mark.parametrize("charset", ["utf-8", "us-ascii", "utf-7", "nonsense"])
@pytest.mark.parametrize("is_base64", [False, True])
@pytest.mark.parametrize("name", ["sender", "subject"])
def test_an_encoded_word_in_a_name_is_shown_as_it_was_entered(charset: str, name: str, *, is_base64: bool) -> None:
    """Python decodes it, and the line end in it began a header of its own."""
    text = encoded_word(b"Bank\r\nBcc: all@example.com\r\n\r\n\x00", charset, is_base64)
    changed: Json = {name: text}
    content = write_envelope(SETTINGS, dataclasses.replace(MAIL, **changed)).content
    mail = email.message_from_bytes(content, _class=EmailMessage, policy=email.policy.default)
    assert sorted(mail.keys()) == sorted([*ALWAYS, *AT_THE_END, "Content-Transfer-Encoding"])
    header = {"sender": "From", "subject": "Subject"}[name]
    assert text.replace("=?", "= ?")[:20] in str(mail[header])
    assert b"\x00" not in content


def test_the_address_for_unsubscribing_is_neither_broken_nor_encoded() -> None:
    """Mail programs do not decode this header, and Python would encode an address of this length."""
    address = f"<https://orion.example/u/{'a' * 120}>"
    headers = {"List-Unsubscribe": address, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    content = write_envelope(SETTINGS, dataclasses.replace(MAIL, headers=headers)).content
    assert f"\r\nList-Unsubscribe: {address}\r\n".encode() in content
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in content


def test_what_every_mail_has_cannot_be_replaced() -> None:
    mail = parsed(headers={"Subject": "Another", "to": "all@example.com", "X-Bad Name": "x"})
    assert (mail["Subject"], mail.get_all("To")) == (MAIL.subject, ["zoe@example.com"])


def test_the_merchants_reply_address_goes_before_the_platforms() -> None:
    assert parsed(reply_to="hello@aurora.example")["Reply-To"] == "hello@aurora.example"
    assert parsed()["Reply-To"] == "shop@example.com"


@pytest.mark.parametrize(
    "reply_to",
    ["", "hello", "Hello <hello@aurora.example>", '"a" <a@x.lu>, "', "a@x.lu\r\nBcc: b@x.lu", "=?a?q?=0A?=@x.lu"],
)
def test_what_is_no_reply_address_is_left_out(reply_to: str) -> None:
    assert parsed(reply_to=reply_to)["Reply-To"] == "shop@example.com"


def test_a_retry_keeps_its_message_id_when_the_sender_address_has_changed() -> None:
    assert parsed(message_id="<7@former.example>")["Message-ID"] == "<7@former.example>"


def test_text_and_html_are_alternatives_in_seven_bits() -> None:
    mail = parsed(body_html="<p>Größe</p>", body_text="Größe\n" + "x" * 3000)
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    content = write_envelope(SETTINGS, dataclasses.replace(MAIL, body_html="<p>Größe</p>")).content
    assert content.isascii()
    assert max(map(len, content.splitlines())) < 998


@pytest.mark.parametrize(
    ("written", "sent"), [("Zoe@Exämple.LU", "Zoe@xn--exmple-cua.lu"), ("zoë@x.lu", "zoë@x.lu"), ("a@b.lu", "a@b.lu")]
)
def test_the_domain_travels_in_ascii_and_the_mailbox_as_it_was_written(written: str, sent: str) -> None:
    assert envelope_address(written) == sent


@pytest.mark.parametrize(
    "recipient",
    [
        *("", "a", "a@", "@x.lu", "a b@x.lu", "a@x.lu\r\nRCPT TO:<b@x.lu>", "a@1.2.3.4"),
        *("=?utf-8?q?a=0D=0ABcc=3A_b=40x.lu?=@x.lu", "=?utf-8?b?QQ0KQmNjOiBhQGIuZXhhbXBsZQ==?=@x.lu"),
    ],
)
def test_what_is_no_address_is_refused(recipient: str) -> None:
    with pytest.raises(DeliveryFailed, match="address_invalid"):
        envelope_address(recipient)

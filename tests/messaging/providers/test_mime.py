"""The mail as it travels."""

import dataclasses
import email
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from backend.core.mail_settings import MailSettings
from backend.messaging.providers.mime import envelope_address, write_envelope
from backend.messaging.providers.ports import DeliveryFailed
from tests.messaging.mails import MAIL

SETTINGS = replace(MailSettings(), email_reply_to="shop@example.com")
TEXTS = st.text(st.characters(exclude_categories=[]), max_size=300)
ALWAYS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Reply-To"]
AT_THE_END = ["Content-Type", "MIME-Version", "Content-Language"]


def parsed(**values: object) -> EmailMessage:
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


@pytest.mark.parametrize("recipient", ["", "a", "a@", "@x.lu", "a b@x.lu", "a@x.lu\r\nRCPT TO:<b@x.lu>", "a@1.2.3.4"])
def test_what_is_no_address_is_refused(recipient: str) -> None:
    with pytest.raises(DeliveryFailed, match="address_invalid"):
        envelope_address(recipient)

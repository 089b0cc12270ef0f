"""The mail as it travels: headers, and a text with its HTML alternative; 7-bit ASCII unless the address needs UTF-8."""

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from typing import Any

from backend.core.addresses import can_be_mailed, normalize_email
from backend.core.clock import clock
from backend.core.mail_settings import MailSettings
from backend.messaging.providers.ports import DeliveryFailed, MailFault, OutgoingMail
from i18n.locales import html_language

VERBATIM = re.compile("list-(unsubscribe|unsubscribe-post|help|id)", re.IGNORECASE)
"""Headers of addresses: mail programs do not decode them, so they may be neither encoded nor broken."""
LOCAL_PART = re.compile(r"(?!.*=\?)[^\s\x00-\x1f\x7f-\x9f()<>\[\]:;@\\,\"]+")
"""Without encoded words, as `one_line`."""
HEADER_NAME = re.compile("[A-Za-z][A-Za-z0-9-]*")
NOT_PRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
LINE_MAX = 900
"""Characters of a header that may not be folded; RFC 5322 allows 998 bytes."""


class _MailPolicy(EmailPolicy):
    """Python encodes long addresses in headers such as List-Unsubscribe, after which no mail program finds them."""

    def fold(self, name: str, value: Any) -> str:
        return _verbatim(name, value) or super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        return _verbatim(name, value).encode() or super().fold_binary(name, value)


POLICY = _MailPolicy(linesep=SMTP.linesep, max_line_length=SMTP.max_line_length, cte_type="7bit")


@dataclass(frozen=True, slots=True)
class Envelope:
    sender: str
    recipient: str
    needs_utf8: bool
    """The recipient's local part is not ASCII: the server must support SMTPUTF8."""
    content: bytes


def message_id_of(settings: MailSettings, mail: OutgoingMail) -> str:
    return mail.message_id or f"<{mail.id}@{settings.email_from_address.rpartition('@')[2]}>"


def write_envelope(settings: MailSettings, mail: OutgoingMail) -> Envelope:
    """Raises DeliveryFailed when the address cannot be written to."""
    recipient = envelope_address(mail.recipient)
    needs_utf8 = not recipient.isascii()
    message = _message(settings, mail, recipient)
    policy = POLICY.clone(utf8=True) if needs_utf8 else POLICY
    return Envelope(settings.email_from_address, recipient, needs_utf8, message.as_bytes(policy=policy))


def envelope_address(recipient: str) -> str:
    """The address with its domain in ASCII. Raises DeliveryFailed."""
    local = recipient.rpartition("@")[0]
    try:
        recipient.encode()
        is_valid = LOCAL_PART.fullmatch(local) is not None and can_be_mailed(recipient)
    except UnicodeEncodeError:
        is_valid = False
    if not is_valid:
        raise DeliveryFailed(MailFault("address_invalid"))
    return f"{local}@{normalize_email(recipient).rpartition('@')[2]}"


def one_line(text: str) -> str:
    """Without line ends, control characters and encoded words, so that no text can begin a header of its own.

    Python decodes what looks like an encoded word of RFC 2047 in any text, and writes the line ends that were in it.
    """
    line = " ".join(NOT_PRINTABLE.sub(" ", text.encode(errors="replace").decode()).split())
    return line.replace("=?", "= ?")


def reply_to_of(settings: MailSettings, mail: OutgoingMail) -> str | None:
    """The merchant's address or else the platform's. What is no address is left out; the mail is sent all the same."""
    return next((address for address in (mail.reply_to, settings.email_reply_to) if _is_address(address or "")), None)


def _is_address(text: str) -> bool:
    local, _, domain = text.rpartition("@")
    return LOCAL_PART.fullmatch(local) is not None and LOCAL_PART.fullmatch(domain) is not None


def _message(settings: MailSettings, mail: OutgoingMail, recipient: str) -> EmailMessage:
    message = EmailMessage(policy=POLICY)
    message["From"] = Address(one_line(mail.sender), addr_spec=settings.email_from_address)
    local, _, domain = recipient.rpartition("@")
    message["To"] = Address(username=local, domain=domain)
    message["Subject"] = one_line(mail.subject)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = message_id_of(settings, mail)
    message["Auto-Submitted"] = "auto-generated"
    if reply_to := reply_to_of(settings, mail):
        message["Reply-To"] = reply_to
    for name, value in mail.headers.items():
        if HEADER_NAME.fullmatch(name) and name not in message:
            message[name] = one_line(value)
    message.set_content(mail.body_text)
    if mail.body_html is not None:
        message.add_alternative(mail.body_html, subtype="html")
    message["Content-Language"] = html_language(mail.language)
    return message


def _verbatim(name: str, value: str) -> str:
    """The line of a header that is sent as it is; empty for all others."""
    if VERBATIM.fullmatch(name) and value.isascii() and len(value) <= LINE_MAX:
        return f"{name}: {value}\r\n"
    return ""

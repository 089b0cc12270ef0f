"""What an error of an SMTP conversation means, by the step in which it happened."""

import asyncio
import re
import socket
import ssl
from collections.abc import Collection
from enum import Enum, auto

import aiosmtplib

from backend.core.outbound.calls import CallFailed
from backend.messaging.providers.ports import DeliveryFailed, MailFault
from backend.messaging.providers.replies import kept_reply

CLOSING = 421
TRANSIENT = range(400, 500)
TOO_LARGE = 552
AUTH_REQUIRED = (530, 535, 538)
SYNTAX = range(500, 505)
ENHANCED = re.compile(r"^(\d\.\d{1,3}\.\d{1,3})\b")
ENHANCED_FULL = re.compile(r"^5\.2\.2\b")
TOO_FAST = re.compile(r"\brate\b|\btoo (?:many|fast|quick)|\bthrottl|\bslow down", re.IGNORECASE)
RATE_PAUSE_SECONDS = 2.0
"""All emails wait this long after an answer that says that we send too fast; SMTP cannot say how long."""
RELAY = re.compile(r"\brelay", re.IGNORECASE)
CERTIFICATE_FAULTS = {10: "certificate_expired", 62: "certificate_name", 64: "certificate_name"}
"""X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH of OpenSSL."""


class SmtpStep(Enum):
    CONNECT = auto()
    TLS = auto()
    GREETING = auto()
    AUTH = auto()
    SENDER = auto()
    RECIPIENT = auto()
    DATA = auto()
    """From DATA until the server's answer: when the connection ends here, nobody knows whether it has the mail."""


REFUSED_AT = {
    SmtpStep.CONNECT: "server_error",
    SmtpStep.TLS: "tls_failed",
    SmtpStep.GREETING: "server_error",
    SmtpStep.AUTH: "auth_refused",
    SmtpStep.SENDER: "sender_refused",
    SmtpStep.RECIPIENT: "recipient_refused",
    SmtpStep.DATA: "message_refused",
}


def fault_of(step: SmtpStep, failure: CallFailed, secrets: Collection[str] = ()) -> MailFault:
    """`secrets`: what the reply must not repeat."""
    error = failure.__cause__
    if isinstance(error, DeliveryFailed):
        return error.fault
    answer = _answer_of(error)
    if answer is not None:
        code, text = answer
        fault = _code_of_answer(step, code, text)
        pause = RATE_PAUSE_SECONDS if fault == "rate_limited" else 0
        return MailFault(fault, kept_reply(f"{code} {text}", secrets), pause)
    if step is SmtpStep.DATA:
        return MailFault("outcome_unknown")
    return MailFault(_code_of_error(step, error))


def is_stale(step: SmtpStep, failure: CallFailed) -> bool:
    """Whether a reused connection had ended before it got the mail: a new one may be tried at once."""
    answer = _answer_of(failure.__cause__)
    if answer is not None:
        return step is SmtpStep.SENDER and answer[0] == CLOSING
    return step in {SmtpStep.SENDER, SmtpStep.RECIPIENT} and isinstance(failure.__cause__, ConnectionError)


def _answer_of(error: BaseException | None) -> tuple[int, str] | None:
    """The server's answer; None when there was none, or none that SMTP knows."""
    if isinstance(error, aiosmtplib.SMTPResponseException) and error.code > 0:
        return error.code, error.message
    return None


def _code_of_answer(step: SmtpStep, code: int, text: str) -> str:
    if code in TRANSIENT:
        usual = "service_unavailable" if code == CLOSING else "deferred"
        return "rate_limited" if TOO_FAST.search(text) else usual
    if code in AUTH_REQUIRED or code in SYNTAX:
        return "server_error" if code in SYNTAX and step is not SmtpStep.AUTH else "auth_refused"
    if fault := _find_size_fault(step, code, text):
        return fault
    if step is SmtpStep.RECIPIENT and _is_about_us(text):
        return "relay_denied"
    return REFUSED_AT[step]


def _find_size_fault(step: SmtpStep, code: int, text: str) -> str | None:
    if ENHANCED_FULL.match(text):
        return "mailbox_full"
    return "message_too_large" if code == TOO_LARGE and step in {SmtpStep.SENDER, SmtpStep.DATA} else None


def _is_about_us(text: str) -> bool:
    """Whether the server refuses the recipient because of who we are: it would refuse all others, too."""
    enhanced = ENHANCED.match(text)
    return RELAY.search(text) is not None or (enhanced is not None and enhanced[1] == "5.7.1")


def _code_of_error(step: SmtpStep, error: BaseException | None) -> str:  # noqa: PLR0911 - a table of classes
    causes = list(_chain(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return CERTIFICATE_FAULTS.get(cause.verify_code, "certificate_untrusted")
        if isinstance(cause, socket.gaierror):
            return "host_unknown"
        if isinstance(cause, ConnectionRefusedError):
            return "connection_refused"
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return "tls_failed"
    if any(isinstance(cause, TimeoutError | asyncio.TimeoutError) for cause in causes):
        return "timeout"
    if step is SmtpStep.AUTH and type(error) is aiosmtplib.SMTPException:
        return "auth_unsupported"
    if isinstance(error, aiosmtplib.SMTPServerDisconnected | ConnectionError):
        by_step = {SmtpStep.TLS: "tls_failed", SmtpStep.CONNECT: "connection_failed"}
        return by_step.get(step, "disconnected")
    return "connection_failed" if isinstance(error, OSError) else "internal_error"


def _chain(error: BaseException | None) -> list[BaseException]:
    causes: list[BaseException] = []
    while error is not None and error not in causes:
        causes.append(error)
        error = error.__cause__ or error.__context__
    return causes

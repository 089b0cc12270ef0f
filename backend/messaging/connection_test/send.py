"""SEND: the test email, up to the server's acceptance."""

import aiosmtplib

from backend.core.mail_settings import MailSettings
from backend.core.outbound.calls import CallFailed, outbound_errors
from backend.core.sentence import say
from backend.messaging.connection_test.redaction import Redactor
from backend.messaging.connection_test.results import Passed, StepFailed
from backend.messaging.connection_test.schemas import StepFacts
from backend.messaging.providers.mime import Envelope, message_id_of, write_envelope
from backend.messaging.providers.ports import OutgoingMail
from i18n.translator import N_

SIGN_IN_REQUIRED = {530, 535}
PERMANENT = 500
TOO_LARGE = 552


async def send(client: aiosmtplib.SMTP, mail: MailSettings, email: OutgoingMail, redactor: Redactor) -> Passed:
    """Raises StepFailed."""
    envelope = write_envelope(mail, email)
    sender, recipient = envelope.sender, envelope.recipient
    options = ["SMTPUTF8", "BODY=8BITMIME"] if envelope.needs_utf8 else []
    try:
        with outbound_errors():
            _, reply = await client.sendmail(sender, [recipient], envelope.content, mail_options=options)
    except CallFailed as failure:
        raise _failure(failure.__cause__, envelope, redactor) from failure
    facts = StepFacts(reply=redactor.shown(reply), message_id=message_id_of(mail, email))
    return Passed(say(N_("The server has accepted the test email to %(recipient)s."), recipient=recipient), facts)


def _failure(error: BaseException | None, envelope: Envelope, redactor: Redactor) -> StepFailed:
    match error:
        case aiosmtplib.SMTPSenderRefused():
            return _sender_refused(error.code, error.message, envelope.sender, redactor)
        case aiosmtplib.SMTPRecipientsRefused(recipients=[refused, *_]):
            return _recipient_refused(refused.code, refused.message, envelope.recipient, redactor)
        case aiosmtplib.SMTPResponseException():
            return _email_refused(error.code, error.message, redactor)
    return StepFailed(
        "send_interrupted",
        say(N_("The server ended the conversation before it had taken the email.")),
        say(N_("Test once more; if it stays so, look into the log of the email server.")),
        facts=StepFacts(reply=redactor.shown(str(error))),
    )


def _sender_refused(code: int, text: str, sender: str, redactor: Redactor) -> StepFailed:
    if _wants_sign_in(code, text):
        return _sign_in_required(code, text, redactor)
    if code < PERMANENT:
        return _temporary(code, text, redactor)
    return StepFailed(
        "sender_refused",
        say(N_("The server does not take email from %(sender)s (%(code)s)."), sender=sender, code=str(code)),
        say(N_("Use a sender address that belongs to the user who signs in.")),
        facts=StepFacts(reply=redactor.reply(code, text)),
    )


def _recipient_refused(code: int, text: str, recipient: str, redactor: Redactor) -> StepFailed:
    if _wants_sign_in(code, text):
        return _sign_in_required(code, text, redactor)
    if code < PERMANENT:
        return _temporary(code, text, redactor)
    facts, values = StepFacts(reply=redactor.reply(code, text)), {"recipient": recipient, "code": str(code)}
    if "relay" in text.lower() or text.startswith("5.7.1 "):
        return StepFailed(
            "relay_denied",
            say(N_("The server does not pass on email to %(recipient)s (%(code)s)."), **values),
            say(N_("Enter a user and a password that may send to any address.")),
            facts=facts,
        )
    return StepFailed(
        "recipient_refused",
        say(N_("The server refuses the recipient %(recipient)s (%(code)s)."), **values),
        say(N_("Check the address of the recipient; the settings are not to blame.")),
        facts=facts,
    )


def _email_refused(code: int, text: str, redactor: Redactor) -> StepFailed:
    if code < PERMANENT:
        return _temporary(code, text, redactor)
    facts = StepFacts(reply=redactor.reply(code, text))
    if code == TOO_LARGE:
        sentence = say(N_("The mailbox is full, or the email is too large for it (%(code)s)."), code=str(code))
        return StepFailed("too_large", sentence, say(N_("Test with another recipient.")), facts=facts)
    return StepFailed(
        "content_refused",
        say(N_("The server refuses the email itself (%(code)s)."), code=str(code)),
        say(N_("Often the sender’s domain lacks an SPF or DKIM record for this server.")),
        facts=facts,
    )


def _temporary(code: int, text: str, redactor: Redactor) -> StepFailed:
    return StepFailed(
        "greylisted",
        say(N_("The server puts the email off for some minutes (%(code)s)."), code=str(code)),
        say(N_("This is usual for first contacts (greylisting): queued emails are delivered later by themselves.")),
        facts=StepFacts(reply=redactor.reply(code, text)),
    )


def _wants_sign_in(code: int, text: str) -> bool:
    return code in SIGN_IN_REQUIRED or "authenticat" in text.lower()


def _sign_in_required(code: int, text: str, redactor: Redactor) -> StepFailed:
    return StepFailed(
        "sign_in_required",
        say(N_("The server takes email only from those who have signed in (%(code)s)."), code=str(code)),
        say(N_("Enter user and password.")),
        facts=StepFacts(reply=redactor.reply(code, text)),
    )

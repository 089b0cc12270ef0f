"""SEND: the test mail, up to the server's acceptance."""

import aiosmtplib

from backend.core.mail_settings import MailSettings
from backend.messaging.connection_test.results import Passed, StepFailed, say
from backend.messaging.connection_test.schemas import StepFacts
from backend.messaging.connection_test.server_words import ServerWords
from backend.messaging.providers.mime import message_id_of, write_envelope
from backend.messaging.providers.ports import OutgoingMail
from i18n.translator import N_

SIGN_IN_REQUIRED = {530, 535}
PERMANENT = 500
TOO_LARGE = 552


async def send(client: aiosmtplib.SMTP, mail: MailSettings, letter: OutgoingMail, words: ServerWords) -> Passed:
    """Raises StepFailed."""
    envelope = write_envelope(mail, letter)
    sender, recipient = envelope.sender, envelope.recipient
    options = ["SMTPUTF8", "BODY=8BITMIME"] if envelope.needs_utf8 else []
    try:
        _, reply = await client.sendmail(sender, [recipient], envelope.content, mail_options=options)
    except aiosmtplib.SMTPSenderRefused as error:
        raise _sender_refused(error.code, error.message, sender, words) from error
    except aiosmtplib.SMTPRecipientsRefused as error:
        (refused, *_) = error.recipients
        raise _recipient_refused(refused.code, refused.message, recipient, words) from error
    except aiosmtplib.SMTPResponseException as error:
        raise _mail_refused(error.code, error.message, words) from error
    except (OSError, aiosmtplib.SMTPException) as error:
        raise StepFailed(
            "send_interrupted",
            say(N_("The server ended the conversation before it had taken the email.")),
            say(N_("Test once more; if it stays so, look into the log of the email server.")),
            facts=StepFacts(reply=words.shown(str(error))),
        ) from error
    facts = StepFacts(reply=words.shown(reply), message_id=message_id_of(mail, letter))
    return Passed(say(N_("The server has accepted the test email to %(recipient)s."), recipient=recipient), facts)


def _sender_refused(code: int, text: str, sender: str, words: ServerWords) -> StepFailed:
    if _wants_sign_in(code, text):
        return _sign_in_required(code, text, words)
    if code < PERMANENT:
        return _temporary(code, text, words)
    return StepFailed(
        "sender_refused",
        say(N_("The server does not take email from %(sender)s (%(code)s)."), sender=sender, code=str(code)),
        say(N_("Use a sender address that belongs to the user who signs in.")),
        facts=StepFacts(reply=words.reply(code, text)),
    )


def _recipient_refused(code: int, text: str, recipient: str, words: ServerWords) -> StepFailed:
    if _wants_sign_in(code, text):
        return _sign_in_required(code, text, words)
    if code < PERMANENT:
        return _temporary(code, text, words)
    facts, values = StepFacts(reply=words.reply(code, text)), {"recipient": recipient, "code": str(code)}
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


def _mail_refused(code: int, text: str, words: ServerWords) -> StepFailed:
    if code < PERMANENT:
        return _temporary(code, text, words)
    facts = StepFacts(reply=words.reply(code, text))
    if code == TOO_LARGE:
        sentence = say(N_("The mailbox is full, or the email is too large for it (%(code)s)."), code=str(code))
        return StepFailed("too_large", sentence, say(N_("Test with another recipient.")), facts=facts)
    return StepFailed(
        "content_refused",
        say(N_("The server refuses the email itself (%(code)s)."), code=str(code)),
        say(N_("Often the sender’s domain lacks an SPF or DKIM record for this server.")),
        facts=facts,
    )


def _temporary(code: int, text: str, words: ServerWords) -> StepFailed:
    return StepFailed(
        "greylisted",
        say(N_("The server puts the email off for some minutes (%(code)s)."), code=str(code)),
        say(N_("This is usual for first contacts (greylisting): queued emails are delivered later by themselves.")),
        facts=StepFacts(reply=words.reply(code, text)),
    )


def _wants_sign_in(code: int, text: str) -> bool:
    return code in SIGN_IN_REQUIRED or "authenticat" in text.lower()


def _sign_in_required(code: int, text: str, words: ServerWords) -> StepFailed:
    return StepFailed(
        "sign_in_required",
        say(N_("The server takes email only from those who have signed in (%(code)s)."), code=str(code)),
        say(N_("Enter user and password.")),
        facts=StepFacts(reply=words.reply(code, text)),
    )

"""AUTH: signing in at the mail server."""

import aiosmtplib

from backend.core.mail_settings import MailSettings
from backend.core.outbound.calls import CallFailed, outbound_errors
from backend.core.sentence import say
from backend.messaging.connection_test.redaction import Redactor
from backend.messaging.connection_test.results import Passed, StepFailed
from backend.messaging.connection_test.schemas import StepFacts
from i18n.translator import N_

NEEDS_TLS = {530, 538}
MECHANISM_TOO_WEAK = 534
PERMANENT = 500


async def sign_in(client: aiosmtplib.SMTP, mail: MailSettings, redactor: Redactor) -> Passed:
    """Raises StepFailed."""
    if not mail.smtp_user and not mail.smtp_password:
        return Passed(say(N_("No user is set, so Orion does not sign in.")), outcome="skipped")
    _check_login(mail)
    _check_methods(client)
    try:
        with outbound_errors():
            await client.login(mail.smtp_user, mail.smtp_password)
    except CallFailed as failure:
        raise _failure(failure.__cause__, mail, redactor) from failure
    return Passed(say(N_("Signed in as %(user)s."), user=mail.smtp_user))


def _check_login(mail: MailSettings) -> None:
    if not mail.smtp_password:
        sentence = say(N_("There is a user, %(user)s, but no password."), user=mail.smtp_user)
        raise StepFailed("password_missing", sentence, say(N_("Enter the password, or remove the user.")))
    if not mail.smtp_user:
        sentence = say(N_("There is a password, but no user."))
        raise StepFailed("user_missing", sentence, say(N_("Enter the user, or clear the password.")))


def _check_methods(client: aiosmtplib.SMTP) -> None:
    if not client.supports_extension("auth"):
        raise StepFailed(
            "auth_not_offered",
            say(N_("The server offers no sign-in on this port.")),
            say(N_("Use port 587 or 465, or remove user and password if the server needs none.")),
        )
    if not client.supported_auth_methods:
        raise StepFailed(
            "auth_unsupported",
            say(N_("The server offers only sign-ins that Orion does not have: %(methods)s."), methods=_methods(client)),
            say(N_("Allow sign-ins with a password for this user at the provider.")),
        )


def _methods(client: aiosmtplib.SMTP) -> str:
    return ", ".join(method.upper() for method in client.server_auth_methods) or "?"


def _failure(error: BaseException | None, mail: MailSettings, redactor: Redactor) -> StepFailed:
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return _refused(error, mail, redactor)
    return StepFailed(
        "auth_interrupted",
        say(N_("The server ended the conversation while Orion signed in.")),
        say(N_("Check user and password: some servers hang up instead of refusing.")),
    )


def _refused(error: aiosmtplib.SMTPAuthenticationError, mail: MailSettings, redactor: Redactor) -> StepFailed:
    facts = StepFacts(reply=redactor.reply(error.code, error.message))
    user = mail.smtp_user
    if error.code in NEEDS_TLS:
        sentence = say(N_("The server takes the sign-in only over TLS."))
        return StepFailed("auth_needs_tls", sentence, say(N_("Turn on STARTTLS.")), facts=facts)
    if error.code < PERMANENT:
        sentence = say(N_("The server cannot check the password at the moment."))
        return StepFailed("auth_temporary", sentence, say(N_("Test once more in a few minutes.")), facts=facts)
    sentence = say(N_("The server refuses user %(user)s or the password (%(code)s)."), user=user, code=str(error.code))
    remedy = (
        N_("Create an app password at the provider and enter it here.")
        if error.code == MECHANISM_TOO_WEAK or "app" in error.message.lower().split()
        else N_("Check both. Many providers expect the whole email address as the user, and some an app password.")
    )
    return StepFailed("auth_refused", sentence, say(remedy), facts=facts)

"""What the pages about the email log say."""

from backend.messaging.schemas import EmailDetail, EmailSummary
from i18n.locales import LANGUAGE_NAMES
from i18n.translator import N_, PN_, get_translator

STATUSES = {
    # NOTE: it will be sent
    "queued": (PN_("state of an email", "Waiting"), "info", "clock"),
    "sending": (N_("Being sent"), "info", "clock"),
    # NOTE: the email server has taken it
    "sent": (PN_("state of an email", "Sent"), "ok", "check"),
    # NOTE: it is in the mailbox
    "delivered": (PN_("state of an email", "Delivered"), "ok", "check-circle"),
    # NOTE: for good
    "failed": (PN_("state of an email", "Failed"), "bad", "x"),
    # NOTE: the mailbox’s server has sent it back
    "bounced": (PN_("state of an email", "Bounced"), "bad", "undo"),
    "complained": (N_("Reported as spam"), "warn", "ban"),
    "unknown": (N_("Outcome unknown"), "warn", "alert-triangle"),
}
"""Text, kind and icon of each status's badge."""
OUTCOMES = {
    "accepted": (N_("Accepted by the provider"), "ok", "check"),
    "deferred": (N_("Put off"), "info", "clock"),
    # NOTE: the email server did not take it
    "refused": (PN_("state of an email", "Refused"), "bad", "x"),
    "failed": (PN_("state of an email", "Failed"), "bad", "x"),
    "unknown": (N_("Outcome unknown"), "warn", "alert-triangle"),
    "given_up": (N_("Given up"), "bad", "x"),
    "withheld": (N_("Not sent"), "warn", "ban"),
    "delivered": (PN_("state of an email", "Delivered"), "ok", "check-circle"),
    "bounced": (PN_("state of an email", "Bounced"), "bad", "undo"),
    "complained": (N_("Reported as spam"), "warn", "ban"),
    "dropped": (N_("Dropped by the provider"), "bad", "x"),
}
SECURITIES = {"none": N_("Not encrypted, on this machine"), "starttls": "STARTTLS", "tls": "TLS"}
PROVIDERS = {"smtp": "SMTP", "sendgrid": "SendGrid", "console": N_("Console: nothing is sent")}
Badge = tuple[str, str, str]


class EmailMessages:
    def __init__(self, language: str) -> None:
        self._say = get_translator(language).gettext

    def statuses(self) -> dict[str, str]:
        return {status: self._say(text) for status, (text, *_) in STATUSES.items()}

    def status_of(self, email: EmailSummary) -> Badge:
        text, kind, icon = STATUSES[email.status]
        return self._say(text), kind, icon

    def outcome_of(self, outcome: str) -> Badge:
        text, kind, icon = OUTCOMES.get(outcome, OUTCOMES["failed"])
        return self._say(text), kind, icon

    def subject_of(self, email: EmailSummary) -> str:
        return email.subject or email.template_name

    def recipient_of(self, email: EmailSummary) -> str:
        return email.recipient or self._say(N_("Erased customer"))

    def sender_of(self, email: EmailDetail) -> str:
        return f"{email.sender_name or ''} <{email.sender_address}>".strip() if email.sender_address else "–"

    def way_of(self, email: EmailDetail) -> str:
        """Provider, host, port and encryption of the last attempt."""
        if not email.provider:
            return "–"
        host = f"{email.host}:{email.port}" if email.port else None
        names = (PROVIDERS.get(email.provider, email.provider), host, SECURITIES.get(email.security or ""))
        shown = names[:1] if email.provider == "console" else names
        return " · ".join(self._say(name) for name in shown if name)

    def language_of(self, email: EmailSummary) -> str:
        return LANGUAGE_NAMES.get(email.language, email.language)

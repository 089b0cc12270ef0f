from datetime import datetime
from typing import Annotated, Literal, get_args
from uuid import UUID

from backend.core.enums import EmailProvider, EmailSecurity, one_of
from backend.core.languages import LanguageName
from backend.core.schemas import Answer
from backend.messaging.history import MailOutcome

EmailStatus = Literal["queued", "sending", "sent", "delivered", "failed", "bounced", "complained", "unknown"]
EmailOutcome = Annotated[str, one_of("EmailOutcome", *get_args(MailOutcome))]
EmailKind = Literal["transactional", "marketing"]


class EmailSummary(Answer, kw_only=True):
    """A line of the email log."""

    id: UUID
    """Id of the email in the log."""
    merchant_code: str | None
    """Code of the merchant. Null for the platform's own email."""
    merchant_name: str | None
    """Name of the merchant. Null for the platform's own email."""
    template_code: str
    """Code of the template, such as `loyalty_enrollment`."""
    template_name: str
    """Name of the template, in the reader's language."""
    kind: EmailKind
    """`transactional`: about the card or an account. `marketing`: sent with the customer's consent only."""
    language: LanguageName
    """Language of the email."""
    recipient: str
    """Address of the recipient. Empty once the customer was erased."""
    subject: str
    """Subject of the email. Empty once the customer was erased."""
    status: EmailStatus
    """`queued`, `sending`, `sent` (the provider has taken it), `unknown` (it may have), `failed`, or reported later:
    `delivered`, `bounced`, `complained` (as spam)."""
    attempts: int
    """Number of attempts to send it so far."""
    provider: EmailProvider | None
    """Provider of the last attempt: `smtp`, `sendgrid` or `console`. Null before the first one."""
    host: str | None
    """Host of the last attempt. Null before the first one."""
    error_code: str | None
    """Stable code why it failed or waits. Null when nothing is wrong."""
    problem: str | None
    """Why it failed or waits: one sentence in the reader's language. Null when nothing is wrong."""
    created_at: datetime
    """When it was queued (UTC)."""
    sent_at: datetime | None
    """When the provider took it (UTC). Null before that."""


class EmailEvent(Answer, kw_only=True):
    """Something that happened to the email."""

    at: datetime
    """When it happened (UTC)."""
    outcome: EmailOutcome
    """By us: `accepted`, `deferred`, `refused`, `failed`, `unknown`, `given_up`, `withheld`. Reported by the provider:
    `delivered`, `bounced`, `complained`, `dropped`."""
    code: str | None
    """Stable code of what went wrong. Null when nothing did."""
    problem: str | None
    """What went wrong: one sentence in the reader's language. Null when nothing did."""
    reply: str | None
    """What the provider answered. Null without an answer."""


class EmailDetail(EmailSummary, kw_only=True):
    """An email of the log with its texts and every attempt."""

    template_version: int | None
    """Version of the template's text. Null for the text that Orion brings."""
    port: int | None
    """Port of the last attempt. Null before the first one."""
    security: EmailSecurity | None
    """Security of the last attempt: `tls` from the first byte, `starttls`, or `none`. Null before the first one."""
    sender_name: str | None
    """Name in `From` of the last attempt. Null before the first one."""
    sender_address: str | None
    """Address in `From` of the last attempt. Null before the first one."""
    reply_to: str | None
    """Address in `Reply-To` of the last attempt. Null without one."""
    message_id: str | None
    """`Message-ID` of the last attempt. Null before the first one."""
    body_text: str
    """Plain text as stored: an address ending in `/c/…` stands for the customer's private link, which is inserted on
    sending."""
    body_html: str | None
    """HTML as stored, with the same stand-ins as the plain text. Null for an email without HTML."""
    headers: dict[str, str]
    """Headers beside those that every email has."""
    advice: str | None
    """What an operator can do about the problem, in the reader's language. Null when nothing is."""
    error: str | None
    """The provider's last answer to a failed attempt. Null without one."""
    history: list[EmailEvent]
    """What happened to the email, oldest first."""
    expires_at: datetime | None
    """The email is not sent after this moment (UTC). Null: it is sent however late."""
    resend_of: UUID | None
    """Id of the email of which this one is a copy. Null unless it is one."""
    is_redacted: bool
    """True once the customer was erased: recipient and texts are gone."""
    can_be_resent: bool
    """True when `POST …/resend` sends it again."""
    next_attempt_at: datetime | None
    """The next attempt is not made before this time (UTC). Null unless the email is queued."""


class FailedEmails(Answer):
    """Failed emails that can be sent anew at once."""

    count: int
    """Number of such emails, at most 500: so many are sent anew by one call."""
    has_more: bool
    """True when there are more than one call sends."""


class ResentEmails(Answer):
    """What a call has sent anew."""

    resent: int
    """Number of emails that were queued anew."""
    has_more: bool
    """True when there are more: call again."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from backend.core.schemas import Answer

EmailStatus = Literal["queued", "sending", "sent", "delivered", "failed", "bounced", "complained", "unknown"]
EmailKind = Literal["transactional", "marketing"]


class EmailSummary(Answer, kw_only=True):
    """A line of the email log."""

    id: UUID
    merchant_code: str | None
    merchant_name: str | None
    """None: the platform's own email."""
    template_code: str
    template_name: str
    """In the reader's language."""
    kind: EmailKind
    language: str
    recipient: str
    """Empty once the customer was erased."""
    subject: str
    status: EmailStatus
    attempts: int
    provider: str | None
    """What was used for the last attempt; None before the first. So is the host."""
    host: str | None
    error_code: str | None
    problem: str | None
    """Why it failed or waits: one sentence in the reader's language."""
    created_at: datetime
    sent_at: datetime | None


class EmailEvent(Answer, kw_only=True):
    at: datetime
    outcome: str
    """accepted | deferred | refused | failed | unknown | given_up | withheld: by us; delivered | bounced | complained |
    dropped: reported by the provider"""
    code: str | None
    problem: str | None
    reply: str | None
    """What the provider answered."""


class EmailDetail(EmailSummary, kw_only=True):
    template_version: int | None
    port: int | None
    security: str | None
    """none | starttls | tls"""
    sender_name: str | None
    sender_address: str | None
    reply_to: str | None
    message_id: str | None
    body_text: str
    """As stored: an address ending in `/c/…` stands for the customer's private link, which is inserted on sending."""
    body_html: str | None
    headers: dict[str, str]
    advice: str | None
    """What an operator can do about the problem."""
    error: str | None
    """The provider's last answer to a failed attempt."""
    history: list[EmailEvent]
    expires_at: datetime | None
    resend_of: UUID | None
    is_redacted: bool
    can_be_resent: bool
    next_attempt_at: datetime | None
    """Of an email that waits: not before this time."""


class FailedEmails(Answer):
    """Failed emails that can be sent anew at once."""

    count: int
    """At most 500: so many are sent anew by one call."""
    has_more: bool


class ResentEmails(Answer):
    resent: int
    has_more: bool
    """There were more than one call sends."""

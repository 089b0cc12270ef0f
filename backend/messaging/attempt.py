"""One try to send a mail."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MailAttempt:
    """What `begin` writes: provider and sender."""

    provider: str
    host: str
    port: int | None
    security: str
    sender_name: str
    sender_address: str
    reply_to: str | None
    message_id: str

"""What a mail is for a provider, and what a provider is for the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    id: UUID
    recipient: str
    sender: str
    """The display name; the address is the platform's."""
    language: str
    subject: str
    body_text: str
    body_html: str | None = None
    reply_to: str | None = None
    """None: the platform's, if it has one."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers beside those that every mail has."""
    message_id: str | None = None
    """Of the first attempt, so that mail programs show a duplicate once. None: `message_id_of` gives it."""


@dataclass(frozen=True, slots=True)
class Route:
    """The way a mail takes from here, as it is logged."""

    provider: str
    host: str
    port: int | None
    security: str
    """none | starttls | tls"""


@dataclass(frozen=True, slots=True)
class MailFault:
    """Why a mail was not handed over."""

    code: str
    """A key of `FAULTS`."""
    reply: str | None = None
    """The provider's answer: one line without credentials. It may name the recipient."""
    retry_after_seconds: float = 0


class DeliveryFailed(Exception):
    def __init__(self, fault: MailFault) -> None:
        super().__init__(fault.code)
        self.fault = fault


class Delivery(Protocol):
    """A mail provider, opened for one value of the settings. It sends one mail at a time."""

    route: Route

    async def send(self, mail: OutgoingMail) -> str:
        """Returns the provider's answer. Raises DeliveryFailed."""
        ...

    async def close(self) -> None:
        """Ends open connections."""
        ...

"""Ways out for mail."""

from email.message import EmailMessage
from email.utils import formataddr
from typing import Any
from uuid import UUID

import aiosmtplib
import httpx
import structlog

from backend.core.outbound.door import CallFailed, ask, through_the_door
from backend.core.settings import Settings
from backend.messaging.actions import Delivery, DeliveryFailed

TIMEOUT_SECONDS = 15

log = structlog.get_logger()


class SmtpDelivery:
    provider = "smtp"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.host = f"{settings.smtp_host}:{settings.smtp_port}"

    async def send(self, *, message_id: UUID, recipient: str, subject: str, body_text: str) -> None:
        """The Message-ID stays the same over retries, so that mail programs show a doubled mail once."""
        settings = self._settings
        message = _message(settings, message_id, recipient, subject, body_text)
        try:
            with through_the_door():
                await aiosmtplib.send(
                    message,
                    hostname=settings.smtp_host,
                    port=settings.smtp_port,
                    username=settings.smtp_user or None,
                    password=settings.smtp_password or None,
                    use_tls=settings.smtp_use_ssl,
                    start_tls=settings.smtp_use_tls,
                    timeout=TIMEOUT_SECONDS,
                )
        except CallFailed as failure:
            raise DeliveryFailed(f"{failure.reason} at {self.host}") from failure


class SendgridDelivery:
    provider = "sendgrid"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.host = settings.sendgrid_api_url

    async def send(self, *, message_id: UUID, recipient: str, subject: str, body_text: str) -> None:
        settings = self._settings
        message = {
            "personalizations": [{"to": [{"email": recipient}], "custom_args": {"message_id": str(message_id)}}],
            "from": {"email": settings.email_from_address, "name": settings.email_from_name},
            "subject": subject,
            "content": [{"type": "text/plain", "value": body_text}],
        }
        if settings.email_reply_to:
            message["reply_to"] = {"email": settings.email_reply_to}
        told: dict[str, Any] = {
            "json": message,
            "headers": {"Authorization": f"Bearer {settings.sendgrid_api_key}"},
        }
        try:
            async with httpx.AsyncClient(base_url=self.host, timeout=TIMEOUT_SECONDS) as http:
                answer = await ask(http, "POST", "/v3/mail/send", seconds=TIMEOUT_SECONDS, **told)
        except CallFailed as failure:
            raise DeliveryFailed(f"{failure.reason} at {self.host}") from failure
        # Any other success is a page of somebody in between.
        if answer.status != httpx.codes.ACCEPTED:
            raise DeliveryFailed(f"{answer.status} at {self.host}")


class ConsoleDelivery:
    """Writes that a mail would have left; for machines without a mail server."""

    provider, host = "console", "console"

    async def send(self, *, message_id: UUID, recipient: str, subject: str, body_text: str) -> None:
        del recipient, body_text
        log.info("mail", mail=str(message_id), subject=subject)


def open_delivery(settings: Settings) -> Delivery:
    """The way `email_provider` names."""
    match settings.email_provider:
        case "smtp":
            return SmtpDelivery(settings)
        case "sendgrid":
            return SendgridDelivery(settings)
        case "console":
            return ConsoleDelivery()


def _message(settings: Settings, message_id: UUID, recipient: str, subject: str, body_text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = formataddr((settings.email_from_name, settings.email_from_address))
    message["To"] = recipient
    message["Subject"] = subject
    message["Message-ID"] = f"<{message_id}@{settings.email_from_address.rpartition('@')[2]}>"
    if settings.email_reply_to:
        message["Reply-To"] = settings.email_reply_to
    message.set_content(body_text)
    return message

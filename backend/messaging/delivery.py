"""Ways out for mail."""

from email.message import EmailMessage
from email.utils import formataddr
from typing import Any

import aiosmtplib
import httpx
import structlog

from backend.core.outbound.door import CallFailed, ask, through_the_door
from backend.core.settings import Settings
from backend.messaging.actions import Delivery, DeliveryFailed, Message
from i18n.locales import html_language

TIMEOUT_SECONDS = 15

log = structlog.get_logger()


class SmtpDelivery:
    provider = "smtp"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.host = f"{settings.smtp_host}:{settings.smtp_port}"

    async def send(self, message: Message) -> None:
        """The Message-ID stays the same over retries, so that mail programs show a doubled mail once."""
        settings = self._settings
        try:
            with through_the_door():
                await aiosmtplib.send(
                    _written(settings, message),
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

    async def send(self, message: Message) -> None:
        settings = self._settings
        sent = {
            "personalizations": [
                {"to": [{"email": message.recipient}], "custom_args": {"message_id": str(message.id)}}
            ],
            "from": {"email": settings.email_from_address, "name": message.sender},
            "subject": message.subject,
            "headers": {"Content-Language": html_language(message.language)},
            "content": [{"type": "text/plain", "value": message.body_text}],
        }
        if settings.email_reply_to:
            sent["reply_to"] = {"email": settings.email_reply_to}
        told: dict[str, Any] = {
            "json": sent,
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

    async def send(self, message: Message) -> None:
        log.info("mail", mail=str(message.id), subject=message.subject)


def open_delivery(settings: Settings) -> Delivery:
    """The way `email_provider` names."""
    match settings.email_provider:
        case "smtp":
            return SmtpDelivery(settings)
        case "sendgrid":
            return SendgridDelivery(settings)
        case "console":
            return ConsoleDelivery()


def _written(settings: Settings, message: Message) -> EmailMessage:
    written = EmailMessage()
    written["From"] = formataddr((message.sender, settings.email_from_address))
    written["To"] = message.recipient
    written["Subject"] = message.subject
    written["Message-ID"] = f"<{message.id}@{settings.email_from_address.rpartition('@')[2]}>"
    if settings.email_reply_to:
        written["Reply-To"] = settings.email_reply_to
    written.set_content(message.body_text)
    written["Content-Language"] = html_language(message.language)
    return written

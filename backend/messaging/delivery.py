"""Mail providers: SMTP, SendGrid, and the console for machines without either."""

from email.message import EmailMessage
from email.utils import formataddr
from typing import Any

import aiosmtplib
import httpx
import structlog

from backend.core.mail_settings import MailSettings
from backend.core.outbound.calls import CallFailed, outbound_errors, send_request
from backend.messaging.actions import Delivery, DeliveryFailed, OutgoingMail
from i18n.locales import html_language

TIMEOUT_SECONDS = 15

log = structlog.get_logger()


class SmtpDelivery:
    provider = "smtp"

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self.host = f"{settings.smtp_host}:{settings.smtp_port}"

    async def send(self, mail: OutgoingMail) -> None:
        """Retries have the same Message-ID, so that mail programs show a duplicate once."""
        settings = self._settings
        try:
            with outbound_errors():
                await aiosmtplib.send(
                    mime_message(settings, mail),
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

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self.host = settings.sendgrid_api_url

    async def send(self, mail: OutgoingMail) -> None:
        request: dict[str, Any] = {
            "json": sendgrid_body(self._settings, mail),
            "headers": {"Authorization": f"Bearer {self._settings.sendgrid_api_key}"},
        }
        try:
            async with httpx.AsyncClient(base_url=self.host, timeout=TIMEOUT_SECONDS) as http:
                response = await send_request(http, "POST", "/v3/mail/send", seconds=TIMEOUT_SECONDS, **request)
        except CallFailed as failure:
            raise DeliveryFailed(f"{failure.reason} at {self.host}") from failure
        # SendGrid answers 202; any other success comes from a proxy.
        if response.status != httpx.codes.ACCEPTED:
            raise DeliveryFailed(f"{response.status} at {self.host}")


class ConsoleDelivery:
    """Logs that a mail would have been sent; for machines without a mail server."""

    provider, host = "console", "console"

    async def send(self, mail: OutgoingMail) -> None:
        log.info("mail", mail=str(mail.id), subject=mail.subject)


def open_delivery(settings: MailSettings) -> Delivery:
    """The provider that `email_provider` names."""
    match settings.email_provider:
        case "smtp":
            return SmtpDelivery(settings)
        case "sendgrid":
            return SendgridDelivery(settings)
        case "console":
            return ConsoleDelivery()


def sendgrid_body(settings: MailSettings, mail: OutgoingMail) -> dict[str, Any]:
    body = {
        "personalizations": [{"to": [{"email": mail.recipient}], "custom_args": {"message_id": str(mail.id)}}],
        "from": {"email": settings.email_from_address, "name": mail.sender},
        "subject": mail.subject,
        "headers": {"Content-Language": html_language(mail.language)},
        "content": [{"type": "text/plain", "value": mail.body_text}],
    }
    if settings.email_reply_to:
        body["reply_to"] = {"email": settings.email_reply_to}
    return body


def mime_message(settings: MailSettings, mail: OutgoingMail) -> EmailMessage:
    message = EmailMessage()
    message["From"] = formataddr((mail.sender, settings.email_from_address))
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Message-ID"] = f"<{mail.id}@{settings.email_from_address.rpartition('@')[2]}>"
    if settings.email_reply_to:
        message["Reply-To"] = settings.email_reply_to
    message.set_content(mail.body_text)
    message["Content-Language"] = html_language(mail.language)
    return message

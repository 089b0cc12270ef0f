"""SMTP by aiosmtplib: one connection, reused for several mails, encrypted unless it leads to this machine."""

import asyncio
import ssl
from contextlib import suppress
from ipaddress import ip_address
from typing import Literal

import aiosmtplib

from backend.core.mail_settings import MailSettings
from backend.core.outbound.calls import CallFailed, outbound_errors
from backend.messaging.providers.mime import Envelope, write_envelope
from backend.messaging.providers.ports import DeliveryFailed, MailFault, OutgoingMail, Route
from backend.messaging.providers.replies import kept_reply, secrets_of
from backend.messaging.providers.smtp_faults import SmtpStep, fault_of, is_stale

TIME_LIMITS_PER_MAIL = 4
"""The whole mail may take this many times as long as one answer."""
QUIT_SECONDS = 2.0


class SmtpDelivery:
    """`tls`: the context that verifies the server; the machine's authorities when it is None."""

    def __init__(self, settings: MailSettings, tls: ssl.SSLContext | None = None) -> None:
        self.route = Route("smtp", settings.smtp_host, settings.smtp_port, security_of(settings))
        self._settings = settings
        self._tls = tls
        self._secrets = secrets_of(settings)
        self._client: aiosmtplib.SMTP | None = None
        self._step = SmtpStep.CONNECT

    async def send(self, mail: OutgoingMail) -> str:
        """Connects once more when the server has closed the connection since the last mail."""
        envelope = write_envelope(self._settings, mail)
        seconds = TIME_LIMITS_PER_MAIL * self._settings.smtp_timeout_seconds
        is_reused = self._client is not None and self._client.is_connected
        try:
            with outbound_errors():
                async with asyncio.timeout(seconds):
                    return await self._hand_over(envelope)
        except CallFailed as failure:
            self._drop()
            if is_reused and is_stale(self._step, failure):
                return await self.send(mail)
            raise DeliveryFailed(fault_of(self._step, failure, self._secrets)) from failure
        except BaseException:
            # Cancelled, or refused by us: the next mail must not continue this conversation.
            self._drop()
            raise

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is None or not client.is_connected:
            return
        with suppress(CallFailed), outbound_errors():
            await client.quit(timeout=QUIT_SECONDS)
        client.close()

    async def _hand_over(self, envelope: Envelope) -> str:
        client = await self._connected()
        options, encoding = [f"SIZE={len(envelope.content)}"] if client.supports_extension("size") else [], "ascii"
        if envelope.needs_utf8:
            if not client.supports_extension("smtputf8"):
                raise DeliveryFailed(MailFault("smtputf8_unsupported"))
            options, encoding = [*options, "SMTPUTF8", "BODY=8BITMIME"], "utf-8"
        self._step = SmtpStep.SENDER
        await client.mail(envelope.sender, options=options, encoding=encoding)
        self._step = SmtpStep.RECIPIENT
        await client.rcpt(envelope.recipient, encoding=encoding)
        self._step = SmtpStep.DATA
        answer = await client.data(envelope.content)
        return kept_reply(f"{answer.code} {answer.message}", self._secrets)

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is not None and self._client.is_connected:
            return self._client
        settings, security = self._settings, self.route.security
        tls = None if security == "none" else self._tls or await asyncio.to_thread(ssl.create_default_context)
        self._client = client = aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            # Without it aiosmtplib asks DNS for this machine's name.
            local_hostname=settings.email_from_address.rpartition("@")[2],
            timeout=settings.smtp_timeout_seconds,
            use_tls=security == "tls",
            start_tls=False,
            tls_context=tls,
        )
        self._step = SmtpStep.TLS if security == "tls" else SmtpStep.CONNECT
        await client.connect()
        self._step = SmtpStep.GREETING
        await client.ehlo()
        if security == "starttls":
            self._step = SmtpStep.TLS
            if not client.supports_extension("starttls"):
                raise DeliveryFailed(MailFault("starttls_unsupported"))
            await client.starttls()
            await client.ehlo()
        elif security == "none" and not _is_loopback(client):
            raise DeliveryFailed(MailFault("clear_text_refused"))
        if settings.smtp_user:
            self._step = SmtpStep.AUTH
            await client.login(settings.smtp_user, settings.smtp_password)
        return client

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


def security_of(settings: MailSettings) -> Literal["none", "starttls", "tls"]:
    """How the conversation is encrypted."""
    if settings.smtp_use_ssl:
        return "tls"
    return "starttls" if settings.smtp_use_tls else "none"


def _is_loopback(client: aiosmtplib.SMTP) -> bool:
    """Whether the other end is this machine, by its address rather than its name."""
    return ip_address(client.get_transport_info("peername")[0].partition("%")[0]).is_loopback

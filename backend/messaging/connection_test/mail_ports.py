"""Ports of mail servers, and probes of the neighbors of one."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import Sequence

import aiosmtplib
import msgspec

from backend.core.mail_settings import MailSettings
from backend.core.outbound.calls import CallFailed, outbound_errors
from backend.core.outbound.egress import Address
from backend.messaging.connection_test.connections import connection
from backend.messaging.connection_test.schemas import MailSecurity, PortAnswer
from backend.messaging.providers.smtp import security_of
from backend.settings.schemas import SettingValue

SUBMISSION, SUBMISSIONS, RELAY, ALTERNATE = 587, 465, 25, 2525
MAIL_PORTS = (RELAY, SUBMISSIONS, SUBMISSION, ALTERNATE)
PREFERRED = (SUBMISSION, SUBMISSIONS, ALTERNATE, RELAY)
BLOCK = 1000
PROBE_SECONDS = 5.0


class MailPort(msgspec.Struct, frozen=True):
    """A port, and how TLS begins on it."""

    port: int
    security: MailSecurity

    @property
    def settings(self) -> dict[str, SettingValue]:
        return {
            "smtp_port": self.port,
            "smtp_use_tls": self.security == "starttls",
            "smtp_use_ssl": self.security == "tls",
        }


def configured_port(mail: MailSettings) -> MailPort:
    return MailPort(mail.smtp_port, security_of(mail))


def neighbors_of(port: int) -> list[MailPort]:
    """The other ports on which mail servers accept email from programs, best first.

    The neighbors of a port such as 2465, which needs no privileges, are in the same thousand: 2587 and 2025.
    """
    if port in MAIL_PORTS:
        return [usual_port(other) for other in PREFERRED if other != port]
    block = port - port % BLOCK
    return [usual_port(block + other) for other in (SUBMISSION, SUBMISSIONS, RELAY) if block + other != port]


def usual_port(port: int) -> MailPort:
    return MailPort(port, "tls" if port % BLOCK == SUBMISSIONS else "starttls")


async def probe_all(mail_ports: Sequence[MailPort], addresses: Sequence[Address], host: str) -> list[PortAnswer]:
    """Those that answer as a mail server, in the given order; they are tried at the same time."""
    answers = await asyncio.gather(*(probe(mail_port, addresses, host) for mail_port in mail_ports))
    return [answer for answer in answers if answer is not None]


async def probe(mail_port: MailPort, addresses: Sequence[Address], host: str) -> PortAnswer | None:
    """Sends EHLO to the port, without verifying its certificate. None when no mail server answers.

    `security` of the answer is `none` where STARTTLS is not offered.
    """
    started = time.perf_counter()
    with contextlib.suppress(CallFailed), outbound_errors():
        async with asyncio.timeout(PROBE_SECONDS), connection(addresses, mail_port.port) as (opened, _):
            milliseconds = milliseconds_since(started)
            client = aiosmtplib.SMTP(
                hostname=host,
                sock=opened,
                use_tls=mail_port.security == "tls",
                start_tls=False,
                tls_context=unverified(),
            )
            async with client:
                await client.ehlo()
                offers_tls = mail_port.security == "tls" or client.supports_extension("starttls")
        return PortAnswer(mail_port.port, mail_port.security if offers_tls else "none", milliseconds)
    return None


def milliseconds_since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)


def unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context

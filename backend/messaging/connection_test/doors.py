"""Ports of mail servers, and whether the neighbors of one answer."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import Sequence

import aiosmtplib
import msgspec

from backend.core.mail_settings import MailSettings
from backend.core.outbound.egress import Address
from backend.messaging.connection_test.connections import connect
from backend.messaging.connection_test.schemas import MailSecurity, PortAnswer, SettingValue
from backend.messaging.providers.smtp import security_of

SUBMISSION, SUBMISSIONS, RELAY, ALTERNATE = 587, 465, 25, 2525
MAIL_PORTS = (RELAY, SUBMISSIONS, SUBMISSION, ALTERNATE)
PREFERRED = (SUBMISSION, SUBMISSIONS, ALTERNATE, RELAY)
BLOCK = 1000
KNOCK_SECONDS = 5.0


class Door(msgspec.Struct, frozen=True):
    """A port, and how TLS begins there."""

    port: int
    security: MailSecurity

    @property
    def settings(self) -> dict[str, SettingValue]:
        return {
            "smtp_port": self.port,
            "smtp_use_tls": self.security == "starttls",
            "smtp_use_ssl": self.security == "tls",
        }


def door_of(mail: MailSettings) -> Door:
    return Door(mail.smtp_port, security_of(mail))


def neighbors_of(port: int) -> list[Door]:
    """The other doors at which a mail server takes mail from programs, best first.

    A port such as 2465, which needs no privileges, has its neighbors in the same thousand: 2587 and 2025.
    """
    if port in MAIL_PORTS:
        return [usual_door(other) for other in PREFERRED if other != port]
    block = port - port % BLOCK
    return [usual_door(block + other) for other in (SUBMISSION, SUBMISSIONS, RELAY) if block + other != port]


def usual_door(port: int) -> Door:
    return Door(port, "tls" if port % BLOCK == SUBMISSIONS else "starttls")


async def knock_at_all(doors: Sequence[Door], addresses: Sequence[Address], host: str) -> list[PortAnswer]:
    """Those that answer as a mail server, in the given order; they are tried at the same time."""
    answers = await asyncio.gather(*(knock(door, addresses, host) for door in doors))
    return [answer for answer in answers if answer is not None]


async def knock(door: Door, addresses: Sequence[Address], host: str) -> PortAnswer | None:
    """Greets the server there, without verifying its certificate. None when it is no mail server.

    `security` of the answer is `none` where STARTTLS is not offered.
    """
    started = time.perf_counter()
    with contextlib.suppress(OSError, aiosmtplib.SMTPException):
        async with asyncio.timeout(KNOCK_SECONDS):
            opened, _ = await connect(addresses, door.port)
            milliseconds = milliseconds_since(started)
            client = aiosmtplib.SMTP(
                hostname=host, sock=opened, use_tls=door.security == "tls", start_tls=False, tls_context=unverified()
            )
            async with client:
                await client.ehlo()
                offers_tls = door.security == "tls" or client.supports_extension("starttls")
        return PortAnswer(door.port, door.security if offers_tls else "none", milliseconds)
    return None


def milliseconds_since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)


def unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context

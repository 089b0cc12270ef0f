"""The steps of a test by SMTP."""

import aiosmtplib

from backend.core.mail_settings import MailSettings
from backend.core.outbound.egress import Address
from backend.core.sentence import say
from backend.messaging.connection_test.auth import sign_in
from backend.messaging.connection_test.connections import Connected
from backend.messaging.connection_test.dns import Reach, look_up
from backend.messaging.connection_test.mail_ports import MAIL_PORTS, configured_port
from backend.messaging.connection_test.redaction import Redactor
from backend.messaging.connection_test.results import Passed
from backend.messaging.connection_test.schemas import StepFacts
from backend.messaging.connection_test.send import send
from backend.messaging.connection_test.steps import PlannedStep, planned
from backend.messaging.connection_test.tcp import open_connection
from backend.messaging.connection_test.tls import TlsStep
from backend.messaging.connection_test.tls_failures import contradictory, unencrypted
from backend.messaging.providers.ports import OutgoingMail
from i18n.translator import N_


class SmtpTest:
    def __init__(self, mail: MailSettings, reach: Reach, email: OutgoingMail) -> None:
        self._mail, self._reach, self._email = mail, reach, email
        self._redactor, self._mail_port = Redactor(mail), configured_port(mail)
        self._addresses: list[Address] = []
        self._connected: Connected | None = None
        self._client: aiosmtplib.SMTP | None = None

    @property
    def steps(self) -> list[PlannedStep]:
        return planned(self._look_up, self._connect, self._secure, self._sign_in, self._send)

    async def close(self) -> None:
        if self._client is not None:
            self._client.close()
        elif self._connected is not None:
            self._connected[0].close()

    async def _look_up(self) -> Passed:
        self._addresses, passed = await look_up(self._mail.smtp_host, self._mail_port.port, self._reach, MAIL_PORTS)
        return passed

    async def _connect(self) -> Passed:
        self._connected = await open_connection(self._mail_port, self._addresses, self._mail.smtp_host)
        address = str(self._connected[1])
        return Passed(say(N_("Port %(port)s answers."), port=str(self._mail_port.port)), StepFacts(address=address))

    async def _secure(self) -> Passed:
        if self._mail.smtp_use_tls and self._mail.smtp_use_ssl:
            raise contradictory()
        assert self._connected is not None
        if self._mail_port.security == "none" and not self._connected[1].is_loopback:
            raise unencrypted(self._mail_port.port)
        step = TlsStep(self._mail.smtp_host, self._mail_port, self._addresses, self._redactor)
        self._client, passed = await step.run(self._connected)
        return passed

    async def _sign_in(self) -> Passed:
        assert self._client is not None
        return await sign_in(self._client, self._mail, self._redactor)

    async def _send(self) -> Passed:
        assert self._client is not None
        return await send(self._client, self._mail, self._email, self._redactor)

"""TLS: the encrypted conversation with the server, its greeting and its capabilities."""

import asyncio
import contextlib
import ssl
from collections.abc import Sequence

import aiosmtplib
from msgspec.structs import replace

from backend.core.outbound.calls import CallFailed, outbound_errors, tls_errors
from backend.core.outbound.egress import Address
from backend.core.sentence import say
from backend.messaging.connection_test.certificates import accepted, certificate_facts, refused
from backend.messaging.connection_test.connections import Connected, connection
from backend.messaging.connection_test.mail_ports import MailPort, neighbors_of, probe, probe_all, unverified
from backend.messaging.connection_test.redaction import Redactor
from backend.messaging.connection_test.results import Passed, StepFailed
from backend.messaging.connection_test.schemas import StepFacts
from backend.messaging.connection_test.tcp import best_of
from backend.messaging.connection_test.tls_failures import (
    greeting_refused,
    not_tls_at_once,
    silent,
    starttls_missing,
    starttls_refused,
    tls_expected,
)
from i18n.translator import N_

TLS_SECONDS = 10.0
SILENT_SECONDS = 2.0
"""After this time without a greeting Orion tries whether the port expects TLS at once."""


class TlsStep:
    def __init__(self, host: str, mail_port: MailPort, addresses: Sequence[Address], redactor: Redactor) -> None:
        self._host, self._mail_port, self._addresses, self._redactor = host, mail_port, addresses, redactor

    async def run(self, connected: Connected) -> tuple[aiosmtplib.SMTP, Passed]:
        """The conversation, after EHLO. Raises StepFailed."""
        opened, address = connected
        client = aiosmtplib.SMTP(
            hostname=self._host,
            sock=opened,
            use_tls=self._mail_port.security == "tls",
            start_tls=False,
            tls_context=await asyncio.to_thread(ssl.create_default_context),
            timeout=TLS_SECONDS,
        )
        try:
            greeting = await self._greeted(client)
            with outbound_errors():
                await client.ehlo()
            if self._mail_port.security == "starttls":
                await self._start_tls(client)
        except CallFailed as failure:
            client.close()
            raise await self._explained(failure) from failure
        except BaseException:
            client.close()
            raise
        return client, self._passed(client, str(address), greeting)

    def _passed(self, client: aiosmtplib.SMTP, address: str, greeting: str) -> Passed:
        facts = replace(
            certificate_facts(client.get_transport_info("ssl_object")),
            address=address,
            greeting=self._redactor.shown(greeting),
            capabilities=_capabilities(client, self._redactor),
        )
        if self._mail_port.security == "none":
            return Passed(say(N_("Without TLS, as the settings say.")), facts, "skipped")
        return Passed(accepted(facts, self._host), facts)

    async def _greeted(self, client: aiosmtplib.SMTP) -> str:
        """The greeting. A port that expects TLS at once says nothing, so it is tried with TLS meanwhile."""
        greeting = asyncio.create_task(client.connect())
        try:
            await asyncio.wait([greeting], timeout=SILENT_SECONDS)
            if not greeting.done() and self._mail_port.security != "tls":
                await self._refuse_if_tls_is_expected()
            with outbound_errors():
                return (await greeting).message
        finally:
            greeting.cancel()
            await asyncio.gather(greeting, return_exceptions=True)

    async def _refuse_if_tls_is_expected(self) -> None:
        if await probe(MailPort(self._mail_port.port, "tls"), self._addresses, self._host):
            raise tls_expected(self._mail_port.port)

    async def _start_tls(self, client: aiosmtplib.SMTP) -> None:
        if not client.supports_extension("starttls"):
            others = await probe_all(neighbors_of(self._mail_port.port), self._addresses, self._host)
            remedy, suggestion = best_of([answer for answer in others if answer.security != "none"], self._addresses)
            facts = StepFacts(capabilities=_capabilities(client, self._redactor), neighbors=others)
            raise starttls_missing(self._mail_port.port, remedy, suggestion, facts)
        with outbound_errors():
            await client.starttls()
            await client.ehlo()

    async def _explained(self, failure: CallFailed) -> StepFailed:
        error, tls_error = failure.__cause__, next(tls_errors(failure), None)
        if isinstance(tls_error, ssl.SSLCertVerificationError):
            return refused(tls_error, await self._unverified_certificate(), self._host)
        if self._mail_port.security == "tls":
            plain = await probe(MailPort(self._mail_port.port, "starttls"), self._addresses, self._host)
            return not_tls_at_once(self._mail_port.port, plain, tls_error)
        if isinstance(error, aiosmtplib.SMTPConnectResponseError):
            return greeting_refused(self._host, self._redactor.reply(error.code, error.message))
        if isinstance(error, aiosmtplib.SMTPResponseException) and error.code > 0:
            return starttls_refused(self._redactor.reply(error.code, error.message))
        if tls_error is not None:
            return starttls_refused(tls_error.reason or type(tls_error).__name__)
        await self._refuse_if_tls_is_expected()
        return silent(self._host, self._mail_port.port, self._redactor.shown(str(error)))

    async def _unverified_certificate(self) -> StepFacts:
        """Facts of the refused certificate, read over a second connection that sends no secret."""
        with contextlib.suppress(CallFailed), outbound_errors():
            port, is_implicit = self._mail_port.port, self._mail_port.security == "tls"
            async with asyncio.timeout(TLS_SECONDS), connection(self._addresses, port) as (opened, address):
                client = aiosmtplib.SMTP(
                    hostname=self._host,
                    sock=opened,
                    use_tls=is_implicit,
                    start_tls=not is_implicit,
                    tls_context=unverified(),
                )
                async with client:
                    facts = certificate_facts(client.get_transport_info("ssl_object"))
                return replace(facts, address=str(address))
        return StepFacts()


def _capabilities(client: aiosmtplib.SMTP, redactor: Redactor) -> list[str]:
    response = client.last_ehlo_response
    return [redactor.shown(line) for line in response.message.splitlines()[1:]] if response else []

"""The steps of a test by SendGrid's API."""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any

import httpx
import msgspec

from backend.core.mail_settings import MailSettings
from backend.core.outbound.calls import CallFailed, HttpResponse
from backend.core.outbound.egress import HTTPS, Address, send_pinned
from backend.core.sentence import say
from backend.messaging.connection_test.certificates import accepted, certificate_facts, refused
from backend.messaging.connection_test.connections import connect
from backend.messaging.connection_test.dns import Reach, look_up
from backend.messaging.connection_test.redaction import Redactor
from backend.messaging.connection_test.results import Passed, StepFailed
from backend.messaging.connection_test.schemas import StepFacts
from backend.messaging.connection_test.sendgrid_failures import key_missing, refused_email, refused_key
from backend.messaging.connection_test.steps import PlannedStep, planned
from i18n.translator import N_

TCP_SECONDS, TLS_SECONDS, CALL_SECONDS = 10.0, 10.0, 10.0
SEND_SCOPE = "mail.send"


class SendgridTest:
    """`body`: what delivery sends to SendGrid."""

    def __init__(self, mail: MailSettings, reach: Reach, body: Mapping[str, Any]) -> None:
        self._mail, self._reach, self._body = mail, reach, body
        self._redactor, self._url = Redactor(mail), httpx.URL(mail.sendgrid_api_url)
        self._port = self._url.port or (HTTPS if self._url.scheme == "https" else 80)
        self._addresses: list[Address] = []

    @property
    def steps(self) -> list[PlannedStep]:
        return planned(self._look_up, self._connect, self._secure, self._sign_in, self._send)

    async def close(self) -> None:
        """Every call has a connection of its own."""

    async def _look_up(self) -> Passed:
        self._addresses, passed = await look_up(self._url.host, self._port, self._reach, {HTTPS})
        return passed

    async def _connect(self) -> Passed:
        try:
            async with asyncio.timeout(TCP_SECONDS):
                opened, address = await connect(self._addresses, self._port)
        except OSError as error:
            sentence = say(N_("Port %(port)s of %(host)s does not answer."), port=str(self._port), host=self._url.host)
            remedy = say(N_("Allow this machine to connect to SendGrid over HTTPS."))
            raise StepFailed("tcp_timeout", sentence, remedy) from error
        opened.close()
        return Passed(say(N_("Port %(port)s answers."), port=str(self._port)), StepFacts(address=str(address)))

    async def _secure(self) -> Passed:
        if self._url.scheme == "http":
            return Passed(say(N_("Without TLS, as the settings say.")), outcome="skipped")
        facts = await self._certificate(ssl.create_default_context())
        return Passed(accepted(facts, self._url.host), facts)

    async def _certificate(self, context: ssl.SSLContext) -> StepFacts:
        """Raises StepFailed when it is not accepted."""
        opened, _ = await connect(self._addresses, self._port)
        try:
            async with asyncio.timeout(TLS_SECONDS):
                _, writer = await asyncio.open_connection(sock=opened, ssl=context, server_hostname=self._url.host)
        except ssl.SSLCertVerificationError as error:
            raise refused(error, StepFacts(), self._url.host) from error
        except OSError as error:
            sentence = say(N_("Port %(port)s is open, but TLS did not begin there."), port=str(self._port))
            remedy = say(N_("Check the address of the API, and proxies on the way."))
            raise StepFailed("tls_failed", sentence, remedy) from error
        facts = certificate_facts(writer.get_extra_info("ssl_object"))
        writer.close()
        return facts

    async def _sign_in(self) -> Passed:
        if not self._mail.sendgrid_api_key:
            raise key_missing()
        response = await self._call("GET", "/v3/scopes")
        if response.status != httpx.codes.OK:
            raise refused_key(response.status, self._reply(response))
        if SEND_SCOPE not in _scopes(response):
            raise StepFailed(
                "api_key_cannot_send",
                say(N_("The API key may not send emails.")),
                say(N_("Give it the permission to send emails at SendGrid.")),
            )
        return Passed(say(N_("SendGrid accepts the API key.")))

    async def _send(self) -> Passed:
        response = await self._call("POST", "/v3/mail/send", json=self._body)
        if response.status != httpx.codes.ACCEPTED:
            raise refused_email(response.status, self._mail.email_from_address, self._reply(response))
        recipient = self._body["personalizations"][0]["to"][0]["email"]
        facts = StepFacts(message_id=response.headers.get("x-message-id"))
        return Passed(say(N_("The server has accepted the test email to %(recipient)s."), recipient=recipient), facts)

    async def _call(self, method: str, path: str, **request: Any) -> HttpResponse:
        headers = {"Authorization": f"Bearer {self._mail.sendgrid_api_key}"}
        url = self._url.copy_with(path=self._url.path.rstrip("/") + path)
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=CALL_SECONDS) as http:
                address = str(self._addresses[0])
                return await send_pinned(http, method, url, address, seconds=CALL_SECONDS, headers=headers, **request)
        except CallFailed as failure:
            sentence = say(N_("SendGrid gave no usable answer (%(error)s)."), error=failure.reason)
            raise StepFailed("sendgrid_unavailable", sentence, say(N_("Test once more in a few minutes."))) from failure

    def _reply(self, response: HttpResponse) -> str:
        return self._redactor.reply(response.status, response.content[:1000].decode(errors="replace"))


def _scopes(response: HttpResponse) -> list[str]:
    class Scopes(msgspec.Struct):
        scopes: list[str] = []

    try:
        return msgspec.json.decode(response.content, type=Scopes).scopes
    except msgspec.DecodeError:
        return []

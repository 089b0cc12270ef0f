"""Client of Apple's push service, over one long-lived HTTP/2 connection.

A push for a pass has an empty body: it makes the phone fetch. The push token is part of the URL, so no error may show
the URL.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec

from backend.core.outbound.calls import CallFailed, outbound_errors, tls_errors
from backend.wallets.apple.certificates import PassCertificates
from backend.wallets.apple.connection import ApnsConnection
from backend.wallets.ports import Misconfigured, Permanent, Transient
from i18n.translator import N_

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 10.0
UNKNOWN_TOKEN = "0" * 64
"""A token that no phone has, to check whether Apple accepts our certificate."""
HTTPS = 443
GONE, REFUSED, OK = 410, 403, 200
MISCONFIGURED = {"TopicDisallowed", "BadTopic", "MissingTopic", "BadCertificate", "BadCertificateEnvironment"}
WRONG_TOKEN = {"BadDeviceToken", "DeviceTokenNotForTopic", "MissingDeviceToken"}
TOKEN_PAUSE_SECONDS, JWT_PAUSE_SECONDS = 16.0, 1200.0
UNAVAILABLE = {429, 500, 502, 503, 504}
VERIFY_FAILED, ALERT = "CERTIFICATE_VERIFY_FAILED", "_ALERT_"
CERTIFICATE_ALERTS = {
    "ACCESS_DENIED",
    "BAD_CERTIFICATE",
    "CERTIFICATE_EXPIRED",
    "CERTIFICATE_REQUIRED",
    "CERTIFICATE_REVOKED",
    "CERTIFICATE_UNKNOWN",
    "DECRYPT_ERROR",
    "UNKNOWN_CA",
    "UNSUPPORTED_CERTIFICATE",
}
"""TLS alerts that refuse our certificate. All others are transient."""


@dataclass(frozen=True, slots=True)
class Delivered:
    pass


@dataclass(frozen=True, slots=True)
class Unregistered:
    """The pass was removed from the phone."""

    since: datetime


@dataclass(frozen=True, slots=True)
class TokenRefused:
    """Apple knows no such phone, at least not for this certificate."""

    reason: str


PushVerdict = Delivered | Unregistered | TokenRefused


class _Reply(msgspec.Struct):
    reason: str = ""
    timestamp: int | None = None
    """Milliseconds."""


class Apns:
    """`push_type`: Apple does not require one for passes today."""

    def __init__(self, certificates: PassCertificates, url: str, *, push_type: str = "") -> None:
        self._certificates = certificates
        self._url = url.rstrip("/")
        self._headers = {"apns-topic": certificates.pass_type} | ({"apns-push-type": push_type} if push_type else {})
        self._connection = ApnsConnection(self._open_client)
        self._responded_at = 0.0
        self._replaced: list[ApnsConnection] = []
        self._alert_task: asyncio.Task[str] | None = None

    async def push(self, token: str) -> PushVerdict:
        """Raises Transient, Permanent or Misconfigured."""
        started = time.monotonic()
        request: dict[str, Any] = {"content": b"{}", "headers": self._headers}
        seconds = CONNECT_SECONDS + ANSWER_SECONDS
        try:
            response = await self._connection.post(f"{self._url}/3/device/{token}", seconds=seconds, **request)
        except CallFailed as failure:
            if isinstance(failure.__cause__, TimeoutError):
                await self._replace_silent(started)
                raise Transient("apns_no_answer", N_("No answer in time.")) from None
            raise await self._failure_of(failure) from None
        self._responded_at = time.monotonic()
        return _verdict(response.status, _reply(response.content))

    async def check(self) -> PushVerdict:
        """Pushes to a token that no phone has. TokenRefused means that Apple accepts our certificate."""
        return await self.push(UNKNOWN_TOKEN)

    async def close(self) -> None:
        await asyncio.gather(*filter(None, [self._alert_task]))
        for connection in (*self._replaced, self._connection):
            await connection.close()

    def _open_client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            http1=False,
            http2=True,
            verify=self._certificates.tls,
            # No read timeout here: the library would close the whole connection for one late response.
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS, write=ANSWER_SECONDS),
            # Apple treats frequent reconnecting as an attack, so one connection is kept open.
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=None),
            trust_env=False,
        )

    async def _replace_silent(self, started: float) -> None:
        """A connection without any response since `started` is dead, even if TCP reports it as open."""
        if self._responded_at < started:
            silent, self._connection = self._connection, ApnsConnection(self._open_client)
            self._replaced = [connection for connection in self._replaced if connection.is_busy] + [silent]
            await silent.retire()

    async def _failure_of(self, failure: CallFailed) -> Transient | Misconfigured:
        alert = _tls_alert(failure)
        if not alert and not self._responded_at and not failure.is_unreachable:
            self._alert_task = self._alert_task or asyncio.create_task(self._alert())
            alert = await asyncio.shield(self._alert_task)
        if alert:
            return Misconfigured("apns_tls", alert)
        return Transient("apns_unreachable" if failure.is_unreachable else "apns_no_answer", failure.reason)

    async def _alert(self) -> str:
        """The TLS alert with which Apple refuses our certificate, or nothing. Tried once, before the first response.

        The alert comes after the handshake, and a write at that time may fail before the alert is read. So this
        connection only reads: a server that accepts the certificate sends its settings first.
        """
        address = httpx.URL(self._url)
        try:
            with outbound_errors():
                async with asyncio.timeout(CONNECT_SECONDS):
                    reader, writer = await asyncio.open_connection(
                        address.host, address.port or HTTPS, ssl=self._certificates.tls
                    )
                    try:
                        await reader.read(1)
                    finally:
                        writer.transport.abort()
        except CallFailed as failure:
            return _tls_alert(failure)
        return ""


def _reply(content: bytes) -> _Reply:
    """Apple sends some errors without a body."""
    try:
        return msgspec.json.decode(content, type=_Reply)
    except msgspec.DecodeError:
        return _Reply()


def _verdict(status: int, reply: _Reply) -> PushVerdict:
    reason = reply.reason or str(status)
    if status == OK:
        return Delivered()
    if status == GONE:
        since = datetime.fromtimestamp(reply.timestamp / 1000, UTC) if reply.timestamp else datetime.now(UTC)
        return Unregistered(since)
    if reason in WRONG_TOKEN:
        return TokenRefused(reason)
    if status == REFUSED or reason in MISCONFIGURED:
        raise Misconfigured("apns_refused", reason)
    if reason == "TooManyProviderTokenUpdates":
        raise Transient("apns_429", reason, JWT_PAUSE_SECONDS)
    if status in UNAVAILABLE:
        raise Transient(f"apns_{status}", reason, TOKEN_PAUSE_SECONDS if status == 429 else None)  # noqa: PLR2004
    raise Permanent(f"apns_{status}", reason)


def _tls_alert(failure: CallFailed) -> str:
    """The reason when either side has refused the other's certificate, else empty."""
    reasons = (error.reason or "" for error in tls_errors(failure))
    return next(filter(_refuses, reasons), "")


def _refuses(reason: str) -> bool:
    return reason == VERIFY_FAILED or reason.partition(ALERT)[2] in CERTIFICATE_ALERTS

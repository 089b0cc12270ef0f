"""Apple's push service over one long-lived HTTP/2 connection. Nothing but this module knows the HTTP client.

A push for a pass is empty: it only makes the phone ask. The token is part of the address, so no error may show it.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec

from backend.core.outbound.door import CallFailed, through_the_door, tls_errors
from backend.wallets.apple.certificates import PassCertificates
from backend.wallets.apple.line import Line
from backend.wallets.ports import Misconfigured, Permanent, Transient

CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 10.0
NOBODY = "0" * 64
"""A token that no phone has, for asking whether Apple takes our certificate."""
HTTPS = 443
GONE, REFUSED, OK = 410, 403, 200
OURS_TO_MEND = {"TopicDisallowed", "BadTopic", "MissingTopic", "BadCertificate", "BadCertificateEnvironment"}
WRONG_TOKEN = {"BadDeviceToken", "DeviceTokenNotForTopic", "MissingDeviceToken"}
TOKEN_PAUSE_SECONDS, JWT_PAUSE_SECONDS = 16.0, 1200.0
UNAVAILABLE = {429, 500, 502, 503, 504}
VERIFY_FAILED, ALERT = "CERTIFICATE_VERIFY_FAILED", "_ALERT_"
OF_A_CERTIFICATE = {
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
"""TLS alerts that refuse ours. Any other is trouble that passes."""


@dataclass(frozen=True, slots=True)
class Delivered:
    pass


@dataclass(frozen=True, slots=True)
class Unregistered:
    """The pass has left the phone."""

    since: datetime


@dataclass(frozen=True, slots=True)
class TokenRefused:
    """No such phone, for this certificate at least."""

    reason: str


Verdict = Delivered | Unregistered | TokenRefused


class _Reply(msgspec.Struct):
    reason: str = ""
    timestamp: int | None = None
    """Milliseconds."""


class Apns:
    """`push_type`: passes work without one; Apple may ask for it some day."""

    def __init__(self, certificates: PassCertificates, url: str, *, push_type: str = "") -> None:
        self._certificates = certificates
        self._url = url.rstrip("/")
        self._headers = {"apns-topic": certificates.pass_type} | ({"apns-push-type": push_type} if push_type else {})
        self._line = Line(self._connection)
        self._answered_at = 0.0
        self._left: list[Line] = []
        self._asking: asyncio.Task[str] | None = None

    async def push(self, token: str) -> Verdict:
        """Raises Transient, Permanent or Misconfigured."""
        started = time.monotonic()
        told: dict[str, Any] = {"content": b"{}", "headers": self._headers}
        seconds = CONNECT_SECONDS + ANSWER_SECONDS
        try:
            answer = await self._line.post(f"{self._url}/3/device/{token}", seconds=seconds, **told)
        except CallFailed as failure:
            if isinstance(failure.__cause__, TimeoutError):
                await self._leave_silent(started)
                raise Transient("apns_no_answer", "No answer in time.") from None
            raise await self._explained(failure) from None
        self._answered_at = time.monotonic()
        return _verdict(answer.status, _reply(answer.content))

    async def ask(self) -> Verdict:
        """Whether Apple answers us, and takes our certificate. TokenRefused is the good answer."""
        return await self.push(NOBODY)

    async def close(self) -> None:
        await asyncio.gather(*filter(None, [self._asking]))
        for line in (*self._left, self._line):
            await line.close()

    def _connection(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            http1=False,
            http2=True,
            verify=self._certificates.tls,
            # Reading has no limit here: the library gives up the whole connection for one answer that is late.
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS, write=ANSWER_SECONDS),
            # Apple takes reconnecting for an attack: one connection, for as long as it holds.
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=None),
            trust_env=False,
        )

    async def _leave_silent(self, started: float) -> None:
        """A connection on which nothing has been answered since is dead, whatever TCP still believes."""
        if self._answered_at < started:
            silent, self._line = self._line, Line(self._connection)
            self._left = [line for line in self._left if line.is_busy] + [silent]
            await silent.leave()

    async def _explained(self, failure: CallFailed) -> Transient | Misconfigured:
        alert = _tls_alert(failure)
        if not alert and not self._answered_at and not failure.is_unreachable:
            self._asking = self._asking or asyncio.create_task(self._alert())
            alert = await asyncio.shield(self._asking)
        if alert:
            return Misconfigured("apns_tls", alert)
        return Transient("apns_unreachable" if failure.is_unreachable else "apns_no_answer", failure.reason)

    async def _alert(self) -> str:
        """What Apple says to our certificate alone. Asked once, before Apple has ever answered this process.

        It is refused only after the handshake, and a first write may be broken off before the reason is read. So here
        nothing is written: a server that takes us speaks first.
        """
        address = httpx.URL(self._url)
        try:
            with through_the_door():
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
    """Apple's own errors may come without a body."""
    try:
        return msgspec.json.decode(content, type=_Reply)
    except msgspec.DecodeError:
        return _Reply()


def _verdict(status: int, reply: _Reply) -> Verdict:
    reason = reply.reason or str(status)
    if status == OK:
        return Delivered()
    if status == GONE:
        since = datetime.fromtimestamp(reply.timestamp / 1000, UTC) if reply.timestamp else datetime.now(UTC)
        return Unregistered(since)
    if reason in WRONG_TOKEN:
        return TokenRefused(reason)
    if status == REFUSED or reason in OURS_TO_MEND:
        raise Misconfigured("apns_refused", reason)
    if reason == "TooManyProviderTokenUpdates":
        raise Transient("apns_429", reason, JWT_PAUSE_SECONDS)
    if status in UNAVAILABLE:
        raise Transient(f"apns_{status}", reason, TOKEN_PAUSE_SECONDS if status == 429 else None)  # noqa: PLR2004
    raise Permanent(f"apns_{status}", reason)


def _tls_alert(failure: CallFailed) -> str:
    """What TLS refused: our certificate by them, or theirs by us. Any other trouble is neither."""
    reasons = (error.reason or "" for error in tls_errors(failure))
    return next(filter(_refuses, reasons), "")


def _refuses(reason: str) -> bool:
    return reason == VERIFY_FAILED or reason.partition(ALERT)[2] in OF_A_CERTIFICATE

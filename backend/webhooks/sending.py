"""One call of an endpoint: through the egress guard, with signatures, within time and size."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from ssl import SSLContext
from uuid import UUID

import httpx

from backend.core.outbound.calls import CallFailed, HttpResponse, outbound_errors, tls_errors
from backend.core.outbound.egress import NotFetched, public_address, send_pinned
from backend.core.outbound.retry import retry_after_seconds
from backend.webhooks.history import DeliveryAttempt, DeliveryOutcome
from backend.webhooks.redaction import ANSWER_BYTES_MAX, redacted
from backend.webhooks.rules import GONE
from backend.webhooks.signatures import signed_headers

CALL_SECONDS = 10.0
HEADERS = {
    "content-type": "application/json",
    "user-agent": "Orion-Webhooks/1",
    "accept": "*/*",
    "accept-encoding": "identity",
}
TIMEOUTS = {"TimeoutError", "ReadTimeout", "WriteTimeout", "PoolTimeout"}


@dataclass(frozen=True, slots=True)
class OutgoingWebhook:
    event_id: UUID
    body: bytes
    secrets: Sequence[str]
    """Each signs."""


@dataclass(frozen=True, slots=True)
class CallResult:
    attempt: DeliveryAttempt
    retry_after: float | None = None
    """Seconds that the endpoint asks for."""

    @property
    def is_delivered(self) -> bool:
        return self.attempt.outcome == "delivered"


@cache
def _tls() -> SSLContext:
    """Made once: it reads all root certificates."""
    return httpx.create_ssl_context(trust_env=False)


@asynccontextmanager
async def open_client() -> AsyncIterator[httpx.AsyncClient]:
    """For one endpoint: a connection is reused by its address, and another name there must not get it."""
    async with httpx.AsyncClient(trust_env=False, timeout=CALL_SECONDS, verify=_tls()) as http:
        yield http


async def call_endpoint(
    http: httpx.AsyncClient,
    url: str,
    message: OutgoingWebhook,
    now: datetime,
    *,
    allows_loopback: bool,
) -> CallResult:
    started = time.perf_counter()
    try:
        with outbound_errors():
            target = httpx.URL(url)
        address = await public_address(target, allows_loopback=allows_loopback)
        headers = HEADERS | signed_headers(message.secrets, str(message.event_id), message.body, now)
        response = await send_pinned(
            http, "POST", target, address,
            headers=headers, content=message.body, seconds=CALL_SECONDS,
            bytes_max=ANSWER_BYTES_MAX, is_raw=True, is_cut=True,
        )  # fmt: skip
    except NotFetched:
        return CallResult(DeliveryAttempt(now, "unreachable", "address_refused"))
    except CallFailed as failure:
        return CallResult(DeliveryAttempt(now, "unreachable", _code_of(failure), ms=_ms_since(started)))
    return _result(response, now, _ms_since(started))


def _result(response: HttpResponse, now: datetime, ms: int) -> CallResult:
    code = _refusal(response)
    outcome: DeliveryOutcome = "delivered" if code is None else "refused"
    attempt = DeliveryAttempt(now, outcome, code, response.status, ms, redacted(response.content))
    return CallResult(attempt, retry_after_seconds(response.headers.get("retry-after"), now) if code else None)


def _refusal(response: HttpResponse) -> str | None:
    if response.is_success:
        return None
    if httpx.codes.is_redirect(response.status):
        return "redirected"
    return "gone" if response.status == GONE else "not_successful"


def _code_of(failure: CallFailed) -> str:
    if any(tls_errors(failure)):
        return "tls"
    if failure.is_unreachable or failure.reason == "gaierror":
        return "unreachable"
    return "timeout" if failure.reason in TIMEOUTS else "broken_off"


def _ms_since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)

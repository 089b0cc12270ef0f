"""What Google's responses mean, for every call."""

from datetime import datetime
from typing import Any

import msgspec
from httpx import codes

from backend.core.outbound import calls
from backend.core.outbound.calls import CallFailed, decoded
from backend.core.outbound.retry import retry_after_seconds
from backend.wallets.google.reasons import (
    NOT_A_USER,
    REFUSED,
    TEXT_MAX,
    TOKEN_REFUSED,
    code_of_refusal,
    reasons_in,
)
from backend.wallets.ports import Misconfigured, Permanent, Transient

QUOTA_REASONS = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"}
NOTIFY_QUOTA = "QuotaExceededException"


class Throttled(Transient):
    """429: all calls pause. The breaker does not count it, because Google is available."""


class ServerFailed(Transient):
    """5xx, or no response. The breaker counts it."""


class Missing(Permanent):
    """404. The code is `class_missing` when the object's class is missing."""


class Exists(Permanent):
    """409: another process has inserted it."""


class NotifyQuotaExceeded(Permanent):
    """The pass has had three notifications in 24 hours."""


class GoogleResponse(msgspec.Struct, frozen=True):
    status: int
    body: dict[str, Any]
    retry_after: float | None


def read_response(response: calls.HttpResponse, now: datetime) -> GoogleResponse:
    """Raises ServerFailed when the body is not a JSON object, because then it does not come from Google."""
    retry_after = retry_after_seconds(response.headers.get("retry-after"), now)
    try:
        body = decoded(response.content, dict[str, Any]) if response.content else {}
    except CallFailed as failure:
        detail = f"The answer, {response.status}, is not Google's: no JSON object."
        raise ServerFailed("garbage", detail, retry_after) from failure
    return GoogleResponse(response.status, body, retry_after)


def response_body(response: GoogleResponse) -> dict[str, Any]:
    """The body of a successful response. Raises the failure that any other response means."""
    status, reason, detail = response.status, next(iter(reasons_in(response.body)), ""), _detail(response)
    if codes.is_success(status):
        return response.body
    if NOTIFY_QUOTA in f"{reason} {detail}":
        raise NotifyQuotaExceeded("notify_quota", detail)
    if advice := code_of_refusal(response.body):
        raise Misconfigured(advice, detail)
    if status == codes.TOO_MANY_REQUESTS or (status == codes.FORBIDDEN and reason in QUOTA_REASONS):
        raise Throttled("throttled", detail, response.retry_after)
    if status in REFUSALS:
        kind, code = REFUSALS[status]
        raise kind("class_missing" if reason == "classNotFound" else code, detail)
    if status in {codes.REQUEST_TIMEOUT, codes.PRECONDITION_FAILED}:
        raise Transient("not_now", detail, response.retry_after)
    if codes.is_client_error(status):
        raise Permanent(REFUSED, detail)
    raise ServerFailed("server_failed" if codes.is_server_error(status) else "unexpected", detail, response.retry_after)


REFUSALS: dict[int, tuple[type[Permanent] | type[Misconfigured], str]] = {
    codes.UNAUTHORIZED: (Misconfigured, TOKEN_REFUSED),
    codes.FORBIDDEN: (Misconfigured, NOT_A_USER),
    codes.NOT_FOUND: (Missing, "missing"),
    codes.CONFLICT: (Exists, "exists"),
}


def _detail(response: GoogleResponse) -> str:
    match response.body:
        case {"error": {"message": str(message)}}:
            return message[:TEXT_MAX]
    return f"Google answers {response.status}."

"""What Google's answers mean: one table, for every call."""

from datetime import datetime
from typing import Any

import msgspec
from httpx import codes

from backend.core.outbound import door
from backend.core.outbound.door import CallFailed, decoded
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
    """429: everybody pauses. It is our own haste, so the breaker does not count it."""


class ServerFailed(Transient):
    """5xx, or no answer at all: the breaker counts it."""


class Missing(Permanent):
    """404. The code is `class_missing` when the object's class is."""


class Exists(Permanent):
    """409: somebody was faster."""


class NotifyQuotaExceeded(Permanent):
    """This pass has made its phone ring three times in 24 hours."""


class Answer(msgspec.Struct, frozen=True):
    status: int
    body: dict[str, Any]
    retry_after: float | None


def read(answer: door.HttpResponse, now: datetime) -> Answer:
    """Raises ServerFailed when it is no JSON object: then it is not Google's, whatever its status."""
    retry_after = retry_after_seconds(answer.headers.get("retry-after"), now)
    try:
        body = decoded(answer.content, dict[str, Any]) if answer.content else {}
    except CallFailed as failure:
        detail = f"The answer, {answer.status}, is not Google's: no JSON object."
        raise ServerFailed("garbage", detail, retry_after) from failure
    return Answer(answer.status, body, retry_after)


def judge(answer: Answer) -> dict[str, Any]:
    """The body of a success; raises what anything else means."""
    status, reason, detail = answer.status, next(iter(reasons_in(answer.body)), ""), _detail(answer)
    if codes.is_success(status):
        return answer.body
    if NOTIFY_QUOTA in f"{reason} {detail}":
        raise NotifyQuotaExceeded("notify_quota", detail)
    if advice := code_of_refusal(answer.body):
        raise Misconfigured(advice, detail)
    if status == codes.TOO_MANY_REQUESTS or (status == codes.FORBIDDEN and reason in QUOTA_REASONS):
        raise Throttled("throttled", detail, answer.retry_after)
    if status in REFUSALS:
        kind, code = REFUSALS[status]
        raise kind("class_missing" if reason == "classNotFound" else code, detail)
    if status in {codes.REQUEST_TIMEOUT, codes.PRECONDITION_FAILED}:
        raise Transient("not_now", detail, answer.retry_after)
    if codes.is_client_error(status):
        raise Permanent(REFUSED, detail)
    raise ServerFailed("server_failed" if codes.is_server_error(status) else "unexpected", detail, answer.retry_after)


REFUSALS: dict[int, tuple[type[Permanent] | type[Misconfigured], str]] = {
    codes.UNAUTHORIZED: (Misconfigured, TOKEN_REFUSED),
    codes.FORBIDDEN: (Misconfigured, NOT_A_USER),
    codes.NOT_FOUND: (Missing, "missing"),
    codes.CONFLICT: (Exists, "exists"),
}


def _detail(answer: Answer) -> str:
    match answer.body:
        case {"error": {"message": str(message)}}:
            return message[:TEXT_MAX]
    return f"Google answers {answer.status}."

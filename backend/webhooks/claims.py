"""A worker claims due deliveries of an endpoint and writes what became of them, each step in its own transaction.

A claimed delivery is due again when its lease ends. Each claim counts an attempt: the outcome of a worker whose
delivery another one has claimed since is not written.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Update, case, cast, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from backend.core.leases import LEASE
from backend.webhooks.history import HISTORY_MAX, DeliveryAttempt, stored_history
from backend.webhooks.models import WebhookDelivery, WebhookEndpoint
from backend.webhooks.rules import FAILURES_MAX, after_failure, rest_until

EARLIER = aliased(WebhookDelivery)


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    merchant_id: UUID
    endpoint_id: UUID
    id: UUID
    event_id: UUID
    body: str
    attempts: int
    first_attempt_at: datetime


async def find_endpoint(session: AsyncSession, merchant_id: UUID, endpoint_id: UUID) -> WebhookEndpoint | None:
    found: WebhookEndpoint | None = await session.get(WebhookEndpoint, (merchant_id, endpoint_id))
    return found


async def claim_deliveries(
    session: AsyncSession, endpoint: WebhookEndpoint, now: datetime, limit: int
) -> list[ClaimedDelivery]:
    """Due deliveries, the oldest event first; none whose card has an earlier one that waits.

    None while the endpoint rests. Afterwards one at a time, until one succeeds.
    """
    if not endpoint.is_active or (endpoint.paused_until is not None and now < endpoint.paused_until):
        return []
    due = (
        select(WebhookDelivery.id)
        .where(
            *_of(endpoint),
            WebhookDelivery.state == "waiting",
            WebhookDelivery.available_at <= now,
            ~earlier_deliveries().exists(),
        )
        .order_by(WebhookDelivery.available_at, WebhookDelivery.event_id)
        .limit(1 if endpoint.failure_count >= FAILURES_MAX else limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    lease = (
        update(WebhookDelivery)
        .where(*_of(endpoint), WebhookDelivery.id.in_(select(due.c.id)))
        .values(
            available_at=now + LEASE,
            attempts=WebhookDelivery.attempts + 1,
            first_attempt_at=func.coalesce(WebhookDelivery.first_attempt_at, now),
        )
        .returning(WebhookDelivery)
        .execution_options(synchronize_session=False)
    )
    return [_claimed(row) for row in await session.scalars(lease)]


async def renew_claim(session: AsyncSession, claimed: ClaimedDelivery, now: datetime) -> None:
    await session.execute(_claimed_row(claimed).values(available_at=now + LEASE))


async def find_earlier(session: AsyncSession, delivery: WebhookDelivery) -> UUID | None:
    """The first delivery for which this one waits."""
    own = WebhookDelivery.merchant_id == delivery.merchant_id, WebhookDelivery.id == delivery.id
    first: UUID | None = await session.scalar(earlier_deliveries().where(*own).order_by(EARLIER.event_id).limit(1))
    return first


def earlier_deliveries() -> Select[tuple[UUID]]:
    """Those that wait for the same endpoint with an earlier event of the same card or customer. A test has neither."""
    return select(EARLIER.id).where(
        EARLIER.merchant_id == WebhookDelivery.merchant_id,
        EARLIER.endpoint_id == WebhookDelivery.endpoint_id,
        EARLIER.subject_id == WebhookDelivery.subject_id,
        EARLIER.state == "waiting",
        EARLIER.event_id < WebhookDelivery.event_id,
    )


async def end_delivered(
    session: AsyncSession, claimed: ClaimedDelivery, attempt: DeliveryAttempt, now: datetime
) -> None:
    """The endpoint's row first, as in every transaction that locks both."""
    recovered = _endpoint(claimed).where(WebhookEndpoint.failing_since.is_not(None))
    await session.execute(recovered.values(failing_since=None, failure_count=0, paused_until=None))
    await _end(session, claimed, attempt, {"state": "delivered", "delivered_at": now})


async def end_failed(
    session: AsyncSession,
    claimed: ClaimedDelivery,
    attempt: DeliveryAttempt,
    now: datetime,
    *,
    retry_after: float | None,
    random: float,
) -> WebhookEndpoint | None:
    """Returns the endpoint, with its failures counted; None when it was deleted meanwhile."""
    counted = _endpoint(claimed).values(
        failure_count=WebhookEndpoint.failure_count + 1,
        failing_since=func.coalesce(WebhookEndpoint.failing_since, now),
    )
    endpoint: WebhookEndpoint | None = (await session.scalars(counted.returning(WebhookEndpoint))).one_or_none()
    if endpoint is None:
        return None
    rest = rest_until(endpoint.failure_count, now, retry_after=retry_after)
    await session.execute(_endpoint(claimed).values(paused_until=rest))
    verdict = after_failure(claimed.attempts, claimed.first_attempt_at, now, retry_after=retry_after, random=random)
    gives_up = verdict.next_attempt_at is None
    await _end(
        session, claimed, attempt, {"state": "failed"} if gives_up else {"available_at": verdict.next_attempt_at}
    )
    return endpoint


async def _end(
    session: AsyncSession, claimed: ClaimedDelivery, attempt: DeliveryAttempt, values: dict[str, object]
) -> None:
    """Writes nothing when another worker has claimed the delivery since, or it was given up."""
    written = _claimed_row(claimed).values(history=with_attempt(attempt), **values)
    await session.execute(written.execution_options(synchronize_session=False))


def _claimed_row(claimed: ClaimedDelivery) -> Update:
    return update(WebhookDelivery).where(
        WebhookDelivery.merchant_id == claimed.merchant_id,
        WebhookDelivery.id == claimed.id,
        WebhookDelivery.state == "waiting",
        WebhookDelivery.attempts == claimed.attempts,
    )


def with_attempt(attempt: DeliveryAttempt) -> ColumnElement[object]:
    """The history of a row with one more attempt, and without the oldest when it is full."""
    longer = WebhookDelivery.history.op("||")(cast(stored_history([attempt]), JSONB))
    is_full = func.jsonb_array_length(WebhookDelivery.history) >= HISTORY_MAX
    return case((is_full, longer.op("-")(literal_column("0"))), else_=longer)


def _endpoint(claimed: ClaimedDelivery) -> Update:
    own = update(WebhookEndpoint).where(
        WebhookEndpoint.merchant_id == claimed.merchant_id, WebhookEndpoint.id == claimed.endpoint_id
    )
    return own.execution_options(synchronize_session=False)


def _of(endpoint: WebhookEndpoint) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return WebhookDelivery.merchant_id == endpoint.merchant_id, WebhookDelivery.endpoint_id == endpoint.id


def _claimed(row: WebhookDelivery) -> ClaimedDelivery:
    assert row.first_attempt_at is not None, "the lease has set it"
    return ClaimedDelivery(
        merchant_id=row.merchant_id,
        endpoint_id=row.endpoint_id,
        id=row.id,
        event_id=row.event_id,
        body=row.body,
        attempts=row.attempts,
        first_attempt_at=row.first_attempt_at,
    )

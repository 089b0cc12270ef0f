"""Set a merchant's limits against fraud. They count what was booked before, too."""

from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_change
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.core.versions import Stale, content_etag, names_tag
from backend.loyalty.fraud_limits.models import FraudLimit
from backend.loyalty.fraud_limits.queries import list_limits, show_limits
from backend.loyalty.fraud_limits.schemas import FraudLimitEntry, FraudLimitsView
from i18n.translator import N_

LOCK = "fraud_limits"

LimitKind = tuple[str, str, int]


async def set_limits(
    session: AsyncSession, origin: Origin, entries: list[FraudLimitEntry], if_match: str | None
) -> FraudLimitsView:
    """These and no others from now on.

    Raises PreconditionRequired or Stale, and ValidationFailed when two limit the same.
    """
    _refuse_duplicates(entries)
    # One change after another: there may be no row to lock.
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{LOCK}:{origin.merchant_id}", 0))))
    before = await show_limits(session, origin.merchant_id)
    if not names_tag(if_match, content_etag(before)["ETag"]):
        raise Stale
    known = {_kind(limit): limit for limit in await list_limits(session, origin.merchant_id)}
    for entry in entries:
        limit = known.pop(_kind(entry), None)
        if limit is None:
            session.add(_new_limit(origin.merchant_id, entry))
        else:
            limit.maximum = entry.maximum
    for left in known.values():
        await session.delete(left)
    await session.flush()
    after = await show_limits(session, origin.merchant_id)
    record_change(
        session, origin, "fraud_limits.changed", before=msgspec.to_builtins(before), after=msgspec.to_builtins(after)
    )
    return after


def _refuse_duplicates(entries: list[FraudLimitEntry]) -> None:
    kinds = [_kind(entry) for entry in entries]
    duplicates = [place for place, kind in enumerate(kinds) if kind in kinds[:place]]
    if duplicates:
        raise ValidationFailed(
            *(
                FieldError(f"/limits/{place}", "duplicate", N_("Another limit has the same window."))
                for place in duplicates
            )
        )


def _kind(limit: FraudLimit | FraudLimitEntry) -> LimitKind:
    return limit.scope, limit.measure, limit.window_minutes


def _new_limit(merchant_id: UUID, entry: FraudLimitEntry) -> FraudLimit:
    return FraudLimit(
        merchant_id=merchant_id,
        id=new_id(),
        scope=entry.scope,
        measure=entry.measure,
        window_minutes=entry.window_minutes,
        maximum=entry.maximum,
    )

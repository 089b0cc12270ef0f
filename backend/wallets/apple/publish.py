"""Makes a new state of a pass visible to phones, and claims the phones to push."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.wallets.models import AppleDevice, ApplePass, AppleRegistration, apple_update_tags

COALESCED = timedelta(seconds=1)
"""One push per phone within this time: the phone fetches all its changed passes. Short enough to show the second of two
bookings within the promised two seconds."""
ONE_SECOND = text("interval '1 second'")
LOCK = text("SELECT pg_advisory_xact_lock(hashtext('apple_update_tags'))")


@dataclass(frozen=True, slots=True)
class Published:
    push_tokens: list[str]
    published_at: datetime
    """After the commit. Any later push covers this change."""


@dataclass(frozen=True, slots=True)
class PushClaim:
    """`tokens` are to be pushed by the caller now; `waiting` ones can be claimed at `next_at`."""

    tokens: list[str]
    known: set[str]
    """Those that Apple has accepted a push for before."""
    waiting: list[str]
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Phone:
    pushed_at: datetime | None
    is_known: bool


async def publish(sessions: Sessions, merchant_id: UUID, card_id: UUID) -> Published:
    """Raises the pass's tag and date, and returns the phones to push. None when the pass was never downloaded.

    The lock is held until the commit, so that a phone that has seen a tag has seen all lower ones.
    """
    async with sessions.committing() as session:
        await session.execute(LOCK)
        serial = await session.scalar(_raise_tag(merchant_id, card_id, clock.now()))
        tokens = await _push_tokens(session, serial) if serial else []
    return Published(tokens, clock.now())


async def claim(sessions: Sessions, tokens: list[str], published_at: datetime) -> PushClaim:
    """Claims the phones without a push since `published_at`, except those that were pushed within the last second."""
    async with sessions.committing() as session:
        phones = await _phones(session, tokens)
        now = clock.now()  # after the rows are locked
        pushed_at = {token: phone.pushed_at for token, phone in phones.items()}
        # A push in the future does not count: the clock was set back.
        unpushed = {token: at for token, at in pushed_at.items() if at is None or not published_at <= at <= now}
        claimed = [token for token, at in unpushed.items() if at is None or not now - COALESCED < at <= now]
        waiting = [token for token in unpushed if token not in claimed]
        await session.execute(update(AppleDevice).where(AppleDevice.push_token.in_(claimed)).values(last_push_at=now))
    soonest = min((at for token in waiting if (at := unpushed[token])), default=None)
    known = {token for token in claimed if phones[token].is_known}
    return PushClaim(claimed, known, waiting, soonest and soonest + COALESCED)


async def wait_until(moment: datetime) -> None:
    await asyncio.sleep(max(0.0, (moment - clock.now()).total_seconds()))


async def release_claim(sessions: Sessions, token: str) -> None:
    """The push has failed, so the next one need not wait."""
    async with sessions.committing() as session:
        await session.execute(update(AppleDevice).where(AppleDevice.push_token == token).values(last_push_at=None))


def _raise_tag(merchant_id: UUID, card_id: UUID, now: datetime) -> ReturningUpdate[tuple[UUID]]:
    # Phones compare whole seconds, so a second change within a second gets the next one.
    later = func.greatest(now.replace(microsecond=0), ApplePass.last_modified + ONE_SECOND)
    return (
        update(ApplePass)
        .where(ApplePass.merchant_id == merchant_id, ApplePass.card_id == card_id)
        .values(update_tag=apple_update_tags.next_value(), last_modified=later)
        .returning(ApplePass.serial)
    )


async def _push_tokens(session: AsyncSession, serial: UUID) -> list[str]:
    tokens = await session.scalars(
        select(AppleDevice.push_token)
        .join(AppleRegistration, AppleRegistration.device_id == AppleDevice.id)
        .where(AppleRegistration.serial == serial)
        .distinct()
    )
    return list(tokens)


async def _phones(session: AsyncSession, tokens: list[str]) -> dict[str, _Phone]:
    """By token. A phone may have registered under several ids."""
    rows = await session.execute(
        select(AppleDevice.push_token, AppleDevice.last_push_at, AppleDevice.is_known)
        .where(AppleDevice.push_token.in_(tokens))
        .order_by(AppleDevice.id)
        .with_for_update()
    )
    phones: dict[str, _Phone] = {}
    for token, pushed_at, is_known in rows:
        former = phones.get(token, _Phone(None, is_known=False))
        last = max(filter(None, (pushed_at, former.pushed_at)), default=None)
        phones[token] = _Phone(last, is_known or former.is_known)
    return phones

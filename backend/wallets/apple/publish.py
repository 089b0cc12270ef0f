"""A new state becomes visible to phones, and the phones are told to ask."""

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
"""One push per phone in so long a time: it asks for everything that has changed, whatever it was pushed for. Short
enough for the second of two bookings to be there within the two seconds that are promised."""
A_SECOND = text("interval '1 second'")
LOCK = text("SELECT pg_advisory_xact_lock(hashtext('apple_update_tags'))")


@dataclass(frozen=True, slots=True)
class Published:
    push_tokens: list[str]
    published_at: datetime
    """After the commit: a push that was sent later covers it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """`tokens` are ours to push now; others may be asked for again at `next_at`."""

    tokens: list[str]
    known: set[str]
    """Those that Apple has taken a push for before."""
    waiting: list[str]
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Phone:
    pushed_at: datetime | None
    is_known: bool


async def publish(sessions: Sessions, merchant_id: UUID, card_id: UUID) -> Published:
    """Raises the pass's tag and date, and finds who must hear of it; nobody when the pass was never downloaded.

    The lock is held to the commit, so that a phone which has seen a tag has seen everything below it.
    """
    async with sessions.committing() as session:
        await session.execute(LOCK)
        serial = await session.scalar(_raise_tag(merchant_id, card_id, clock.now()))
        tokens = await _push_tokens(session, serial) if serial else []
    return Published(tokens, clock.now())


async def claim(sessions: Sessions, tokens: list[str], published_at: datetime) -> Claim:
    """Of these phones, those that nobody has pushed to since, and not just before either."""
    async with sessions.committing() as session:
        phones = await _phones(session, tokens)
        now = clock.now()  # after whoever had them locked
        pushed_at = {token: phone.pushed_at for token, phone in phones.items()}
        # A push of the future is none: the clock has been set back.
        open_ = {token: at for token, at in pushed_at.items() if at is None or not published_at <= at <= now}
        ours = [token for token, at in open_.items() if at is None or not now - COALESCED < at <= now]
        waiting = [token for token in open_ if token not in ours]
        await session.execute(update(AppleDevice).where(AppleDevice.push_token.in_(ours)).values(last_push_at=now))
    soonest = min((at for token in waiting if (at := open_[token])), default=None)
    known = {token for token in ours if phones[token].is_known}
    return Claim(ours, known, waiting, soonest and soonest + COALESCED)


async def wait_until(moment: datetime) -> None:
    await asyncio.sleep(max(0.0, (moment - clock.now()).total_seconds()))


async def give_back(sessions: Sessions, token: str) -> None:
    """The push has failed: whoever comes next need not wait."""
    async with sessions.committing() as session:
        await session.execute(update(AppleDevice).where(AppleDevice.push_token == token).values(last_push_at=None))


def _raise_tag(merchant_id: UUID, card_id: UUID, now: datetime) -> ReturningUpdate[tuple[UUID]]:
    # Phones compare whole seconds: the second change of one second gets the next one.
    later = func.greatest(now.replace(microsecond=0), ApplePass.last_modified + A_SECOND)
    return (
        update(ApplePass)
        .where(ApplePass.merchant_id == merchant_id, ApplePass.card_id == card_id)
        .values(update_tag=apple_update_tags.next_value(), last_modified=later)
        .returning(ApplePass.serial)
    )


async def _push_tokens(session: AsyncSession, serial: UUID) -> list[str]:
    found = await session.scalars(
        select(AppleDevice.push_token)
        .join(AppleRegistration, AppleRegistration.device_id == AppleDevice.id)
        .where(AppleRegistration.serial == serial)
        .distinct()
    )
    return list(found)


async def _phones(session: AsyncSession, tokens: list[str]) -> dict[str, _Phone]:
    """By token; a phone may have registered under several ids."""
    rows = await session.execute(
        select(AppleDevice.push_token, AppleDevice.last_push_at, AppleDevice.is_known)
        .where(AppleDevice.push_token.in_(tokens))
        .order_by(AppleDevice.id)
        .with_for_update()
    )
    found: dict[str, _Phone] = {}
    for token, pushed_at, is_known in rows:
        seen = found.get(token, _Phone(None, is_known=False))
        last = max(pushed_at, seen.pushed_at) if pushed_at and seen.pushed_at else pushed_at or seen.pushed_at
        found[token] = _Phone(last, is_known or seen.is_known)
    return found

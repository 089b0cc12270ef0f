"""Which passes are behind, oldest first; those that were refused are among them once a day."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple, cast
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.loyalty.cards.models import Card
from backend.wallets.links import IS_FOR_ITS_PROGRAM, IS_REFUSED
from backend.wallets.models import WalletLink
from backend.wallets.ports import LinkKey, Provider

CHUNK = 500


class Scope(msgspec.Struct, frozen=True):
    """What a run looks after: everything, a merchant, a card, what has failed, or what failed in an earlier run."""

    merchant_id: UUID | None = None
    card_id: UUID | None = None
    only_failed: bool = False
    card_ids: tuple[UUID, ...] | None = None
    """Those of the earlier run."""

    @property
    def is_asked_for(self) -> bool:
        """By somebody who has mended something: what was refused gets another chance."""
        return self.only_failed or self.card_id is not None or self.card_ids is not None


class _Place(NamedTuple):
    """Where a list goes on."""

    since: datetime
    card_id: UUID
    provider: str


_BEHIND = (WalletLink.status == "active") & (Card.wallet_version > WalletLink.synced_version)
_SINCE = func.coalesce(WalletLink.waiting_since, WalletLink.synced_at, WalletLink.created_at)


async def count_due(sessions: Sessions, merchants: list[UUID], scope: Scope) -> int:
    counted = 0
    for merchant_id in merchants:
        async with sessions.committing(merchant_id) as session:
            counted += await session.scalar(_due(merchant_id, scope).with_only_columns(func.count())) or 0
    return counted


async def due_chunks(sessions: Sessions, merchant_id: UUID, scope: Scope) -> AsyncIterator[list[LinkKey]]:
    """Each at most 500 links, read in a transaction of its own. What somebody else has locked is theirs."""
    place: _Place | None = None
    while True:
        async with sessions.committing(merchant_id) as session:
            found = await _chunk(session, merchant_id, scope, place)
            await _give_another_chance(session, merchant_id, found, scope)
        if found:
            yield [(merchant_id, link.card_id, cast("Provider", link.provider)) for link in found]
        if len(found) < CHUNK:
            return
        place = found[-1]


async def _chunk(session: AsyncSession, merchant_id: UUID, scope: Scope, after: _Place | None) -> list[_Place]:
    key = tuple_(_SINCE, WalletLink.card_id, WalletLink.provider)
    query = (
        _due(merchant_id, scope)
        .with_only_columns(_SINCE, WalletLink.card_id, WalletLink.provider)
        .order_by(_SINCE, WalletLink.card_id, WalletLink.provider)
        .limit(CHUNK)
        .with_for_update(of=WalletLink, skip_locked=True)
    )
    if after is not None:
        query = query.where(key > tuple(after))
    return [_Place(*row) for row in await session.execute(query)]


async def _give_another_chance(session: AsyncSession, merchant_id: UUID, found: list[_Place], scope: Scope) -> None:
    """To what had been refused; when somebody has asked, to all."""
    chosen = update(WalletLink).where(
        WalletLink.merchant_id == merchant_id,
        tuple_(WalletLink.card_id, WalletLink.provider).in_([(link.card_id, link.provider) for link in found]),
    )
    if not scope.is_asked_for:
        chosen = chosen.where(IS_REFUSED)
    await session.execute(chosen.values(status="active", attempts=0, next_attempt_at=None, payload_hash=None))


def _due(merchant_id: UUID, scope: Scope) -> Select[tuple[WalletLink]]:
    """Leased ones, and those that wait for their next attempt, are looked after already."""
    now = clock.now()
    query = (
        select(WalletLink)
        .join(Card, (Card.merchant_id == WalletLink.merchant_id) & (Card.id == WalletLink.card_id))
        .where(
            WalletLink.merchant_id == merchant_id,
            or_(WalletLink.lease_until.is_(None), WalletLink.lease_until < now),
            _wanted(scope, now),
        )
    )
    if scope.card_ids is not None:
        query = query.where(WalletLink.card_id.in_(scope.card_ids))
    return query if scope.card_id is None else query.where(WalletLink.card_id == scope.card_id)


def _wanted(scope: Scope, now: datetime) -> ColumnElement[bool]:
    if scope.only_failed:
        return IS_REFUSED | (_BEHIND & WalletLink.failed_at.is_not(None))
    if scope.is_asked_for:
        return IS_REFUSED | _BEHIND
    has_waited = or_(WalletLink.next_attempt_at.is_(None), WalletLink.next_attempt_at <= now)
    # Those of a refused program come back with it.
    return ((IS_REFUSED & ~IS_FOR_ITS_PROGRAM) | _BEHIND) & has_waited

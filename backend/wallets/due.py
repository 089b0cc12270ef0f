"""Which passes a run has to sync, the oldest first. Refused ones are among them once a day."""

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
from backend.wallets.link_state import (
    CARD_OF_LINK,
    IS_ACTIVE,
    IS_FAILED,
    IS_OUT_OF_DATE,
    IS_PROGRAM_REFUSED,
    with_new_attempts,
)
from backend.wallets.models import WalletLink
from backend.wallets.ports import LinkKey, Provider

CHUNK = 500


class SyncScope(msgspec.Struct, frozen=True):
    """What a run covers: everything, a merchant, a card, what has failed, or what failed in an earlier run."""

    merchant_id: UUID | None = None
    card_id: UUID | None = None
    only_failed: bool = False
    card_ids: tuple[UUID, ...] | None = None
    """Those of the earlier run."""

    @property
    def is_requested(self) -> bool:
        """An operator has named these passes, so all of them get new attempts, not only the refused ones."""
        return self.only_failed or self.card_id is not None or self.card_ids is not None


class _Position(NamedTuple):
    """Of a link in the order in which a run reads them."""

    since: datetime
    card_id: UUID
    provider: str


_SINCE = func.coalesce(WalletLink.waiting_since, WalletLink.synced_at, WalletLink.created_at)


async def count_due(sessions: Sessions, merchants: list[UUID], scope: SyncScope) -> int:
    count = 0
    for merchant_id in merchants:
        async with sessions.committing(merchant_id) as session:
            count += await session.scalar(_due(merchant_id, scope).with_only_columns(func.count())) or 0
    return count


async def due_chunks(sessions: Sessions, merchant_id: UUID, scope: SyncScope) -> AsyncIterator[list[LinkKey]]:
    """At most 500 links each, read in a transaction of its own. Leaves out links that another session has locked."""
    position: _Position | None = None
    while True:
        async with sessions.committing(merchant_id) as session:
            links = await _chunk(session, merchant_id, scope, position)
            await _reset_attempts(session, merchant_id, links, scope)
        if links:
            yield [(merchant_id, link.card_id, cast("Provider", link.provider)) for link in links]
        if len(links) < CHUNK:
            return
        position = links[-1]


async def _chunk(
    session: AsyncSession, merchant_id: UUID, scope: SyncScope, after: _Position | None
) -> list[_Position]:
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
    return [_Position(*row) for row in await session.execute(query)]


async def _reset_attempts(session: AsyncSession, merchant_id: UUID, links: list[_Position], scope: SyncScope) -> None:
    """Of failed links; of all links when an operator has named them."""
    chosen = update(WalletLink).where(
        WalletLink.merchant_id == merchant_id,
        tuple_(WalletLink.card_id, WalletLink.provider).in_([(link.card_id, link.provider) for link in links]),
    )
    if not scope.is_requested:
        chosen = chosen.where(IS_FAILED)
    await session.execute(with_new_attempts(chosen))


def _due(merchant_id: UUID, scope: SyncScope) -> Select[tuple[WalletLink]]:
    """Leased links are left out, because they are being pushed."""
    now = clock.now()
    query = (
        select(WalletLink)
        .join(Card, CARD_OF_LINK)
        .where(
            WalletLink.merchant_id == merchant_id,
            or_(WalletLink.lease_until.is_(None), WalletLink.lease_until < now),
            _is_wanted(scope, now),
        )
    )
    if scope.card_ids is not None:
        query = query.where(WalletLink.card_id.in_(scope.card_ids))
    return query if scope.card_id is None else query.where(WalletLink.card_id == scope.card_id)


def _is_wanted(scope: SyncScope, now: datetime) -> ColumnElement[bool]:
    needs_push = IS_ACTIVE & IS_OUT_OF_DATE
    if scope.only_failed:
        return IS_FAILED | (needs_push & WalletLink.failed_at.is_not(None))
    if scope.is_requested:
        return IS_FAILED | needs_push
    is_retry_due = or_(WalletLink.next_attempt_at.is_(None), WalletLink.next_attempt_at <= now)
    # Cards of a refused program are retried together, when the provider accepts the program.
    return ((IS_FAILED & ~IS_PROGRAM_REFUSED) | needs_push) & is_retry_due

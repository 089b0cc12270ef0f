"""Passes that wait although nothing waits for them: their job was lost, or its worker has died."""

import asyncio
from typing import cast
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.leases import UNHEARD
from backend.core.outbound.retry import TRIES
from backend.wallets.catch_up import in_bulk
from backend.wallets.link_state import IS_ACTIVE
from backend.wallets.models import WalletLink
from backend.wallets.outcomes import OutcomeKind
from backend.wallets.ports import LinkKey, Provider
from backend.wallets.sync import WalletSync

PASSES_MAX, PUSHES_MAX = 100, 8

log = structlog.get_logger()


async def sync_waiting(sync: WalletSync, merchant_id: UUID) -> None:
    """One attempt for each, the oldest first. Several processes may do it: each attempt takes the pass's lease."""
    async with sync.sessions.committing(merchant_id) as session:
        keys = await _waiting(session, merchant_id, set(sync.providers))
    slots, bulk, unavailable = asyncio.Semaphore(PUSHES_MAX), in_bulk(sync), set[Provider]()

    async def attempt(key: LinkKey) -> None:
        async with slots:
            if key[2] not in unavailable:
                outcome = await bulk.sync_card(*key)
                if outcome.kind in {OutcomeKind.PAUSED, OutcomeKind.STOPPED}:
                    unavailable.add(key[2])

    for failure in await asyncio.gather(*map(attempt, keys), return_exceptions=True):
        if isinstance(failure, Exception):
            log.error("wallet_pass_failed", exc_info=failure)


async def _waiting(session: AsyncSession, merchant_id: UUID, providers: set[Provider]) -> list[LinkKey]:
    found = (
        select(WalletLink.card_id, WalletLink.provider)
        .where(WalletLink.merchant_id == merchant_id, WalletLink.provider.in_(providers), _is_left())
        .order_by(WalletLink.waiting_since)
        .limit(PASSES_MAX)
    )
    return [(merchant_id, card_id, cast("Provider", name)) for card_id, name in await session.execute(found)]


def _is_left() -> ColumnElement[bool]:
    """As in the SQL function `merchants_with_work`. A pass whose attempts are used up is left to the hourly run."""
    now, link = clock.now(), WalletLink
    return and_(
        IS_ACTIVE,
        link.attempts < TRIES,
        or_(link.waiting_since <= now - UNHEARD, link.lease_until <= now),
        or_(link.lease_until.is_(None), link.lease_until <= now),
        or_(link.next_attempt_at.is_(None), link.next_attempt_at <= now),
    )

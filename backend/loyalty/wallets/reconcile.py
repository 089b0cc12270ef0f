"""What Google shows against what it was told: the net under requests that arrived after we had stopped waiting."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.loyalty.cards.models import Card
from backend.loyalty.wallets.catch_up import Report
from backend.loyalty.wallets.google.opening import Google
from backend.loyalty.wallets.google.payloads import shows
from backend.loyalty.wallets.links import note_saved, repaint, revive
from backend.loyalty.wallets.models import WalletLink
from backend.loyalty.wallets.ports import CardSnapshot, Misconfigured, Paused, Permanent, ProgramSnapshot, Transient
from backend.loyalty.wallets.snapshot import find_snapshot
from backend.loyalty.wallets.sync import WalletSync
from backend.merchants.queries import list_merchant_ids

RECONCILE = "reconcile_google_passes"

log = structlog.get_logger()


class Reconciliation:
    """Counts `compared` and `wrong`; wrong passes become due, and the next run sends them.

    One bad merchant or card never stops the others: it is a failure in the report.
    """

    def __init__(self, sync: WalletSync, google: Google, report: Report) -> None:
        self._sync, self._google, self._report = sync, google, report

    async def run(self) -> None:
        """Raises Paused or Misconfigured when Google is asked for nothing at all."""
        for merchant_id in await list_merchant_ids(self._sync.sessions):
            try:
                await self._merchant(merchant_id)
            except (Paused, Misconfigured):
                raise
            except (Transient, Permanent) as refused:
                log.warning("wallet_passes_not_compared", merchant_id=str(merchant_id), code=refused.code)
                self._report.fail(merchant_id, str(refused))
            except Exception as error:
                log.exception("wallet_passes_not_compared", merchant_id=str(merchant_id))
                self._report.fail(merchant_id, f"internal: {type(error).__name__}")

    async def _merchant(self, merchant_id: UUID) -> None:
        card_id = await _any_card(self._sync.sessions, merchant_id)
        if card_id is None:
            return
        async with self._sync.sessions.committing(merchant_id) as session:
            card = await find_snapshot(session, self._sync.links, merchant_id, card_id, clock.now())
        assert card is not None, "a link belongs to a card"
        async for page in self._google.wallet.in_bulk().list_objects(card.program):
            async with self._sync.sessions.committing(merchant_id) as session:
                await self._page(session, merchant_id, page)
        await self._program(card.program)

    async def _program(self, program: ProgramSnapshot) -> None:
        """What all its passes share is told again when a late request has changed it."""
        if not await self._google.wallet.shows_program(program):
            self._report.count("wrong")
            await self._google.wallet.ensure_program(program, anyway=True)

    async def _page(self, session: AsyncSession, merchant_id: UUID, page: Sequence[dict[str, Any]]) -> None:
        now = clock.now()
        known = {found.get("id", ""): found for found in page}
        settled = await _settled(session, merchant_id, list(known))
        for link in settled:
            try:
                async with session.begin_nested():
                    await self._compare(session, link, known[link.external_id], now)
            except Exception as error:
                log.exception("wallet_pass_not_compared", card_id=str(link.card_id))
                self._report.fail(link.card_id, f"internal: {type(error).__name__}")

    async def _compare(self, session: AsyncSession, link: WalletLink, found: dict[str, Any], now: datetime) -> None:
        key = (link.merchant_id, link.card_id)
        if found.get("hasUsers") and link.saved_by_user is None:
            await note_saved(session, (*key, "google"), saved=True)
        card = await find_snapshot(session, self._sync.links, *key, now)
        assert card is not None, "a link belongs to a card"
        self._report.count("compared")
        if not self._is_right(card, found):
            self._report.count("wrong")
            await revive(session, *key, ["google"])
            await repaint(session, link.merchant_id, [link.card_id])

    def _is_right(self, card: CardSnapshot, found: dict[str, Any]) -> bool:
        return shows(found, self._google.wallet.payload(card))


async def _any_card(sessions: Sessions, merchant_id: UUID) -> UUID | None:
    """One that Google has been told of; the program is the same for all."""
    told = select(WalletLink.card_id).where(
        WalletLink.merchant_id == merchant_id, WalletLink.provider == "google", WalletLink.synced_version >= 0
    )
    async with sessions.committing(merchant_id) as session:
        found: UUID | None = await session.scalar(told.limit(1))
    return found


async def _settled(session: AsyncSession, merchant_id: UUID, names: list[str]) -> list[WalletLink]:
    """Those that claim to be right, and those of erased cards; the others are on their way."""
    rows = await session.scalars(
        select(WalletLink)
        .join(Card, (Card.merchant_id == WalletLink.merchant_id) & (Card.id == WalletLink.card_id))
        .where(
            WalletLink.merchant_id == merchant_id,
            WalletLink.provider == "google",
            WalletLink.external_id.in_(names),
            WalletLink.status != "failed",
            WalletLink.synced_version >= Card.wallet_version,
        )
    )
    return list(rows)

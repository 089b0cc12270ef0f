"""What Google shows against what it was told: the net under requests that arrived after we had stopped waiting."""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.loyalty.cards.models import Card
from backend.merchants.queries import list_merchant_ids
from backend.wallets.catch_up import Report
from backend.wallets.google.client import Body
from backend.wallets.google.names import card_of
from backend.wallets.google.opening import Google
from backend.wallets.google.payloads import shows
from backend.wallets.links import note_saved, repaint, revive
from backend.wallets.models import WalletLink
from backend.wallets.ports import CardSnapshot, Misconfigured, Paused, Permanent, ProgramSnapshot, Transient
from backend.wallets.snapshot import find_snapshot
from backend.wallets.sync import WalletSync

RECONCILE = "reconcile_google_passes"

log = structlog.get_logger()


class Reconciliation:
    """Counts `compared` and `wrong`; wrong passes become due, and the next run sends them. Former ones end at once.

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
            shown = {found.get("id", ""): found for found in page}
            async with self._sync.sessions.committing(merchant_id) as session:
                await self._compare_all(session, merchant_id, shown)
                former = await _former(session, merchant_id, list(shown))
            for name in former:
                await self._end_again(name, shown[name], card.program)
        await self._program(card.program)

    async def _program(self, program: ProgramSnapshot) -> None:
        """What all its passes share is told again when a late request has changed it."""
        if not await self._google.wallet.shows_program(program):
            self._report.count("wrong")
            await self._google.wallet.ensure_program(program, anyway=True)

    async def _end_again(self, name: str, found: Body, program: ProgramSnapshot) -> None:
        """What was emptied when the card's links ended may have been filled again by a late request."""
        self._report.count("compared")
        if not shows(found, self._google.wallet.ended_payload(name, program)):
            self._report.count("wrong")
            await self._google.wallet.in_bulk().end_object(name, program)

    async def _compare_all(self, session: AsyncSession, merchant_id: UUID, known: dict[str, Body]) -> None:
        now = clock.now()
        for link in await _settled(session, merchant_id, list(known)):
            try:
                async with session.begin_nested():
                    await self._compare(session, link, known[link.external_id], now)
            except Exception as error:
                log.exception("wallet_pass_not_compared", card_id=str(link.card_id))
                self._report.fail(link.card_id, f"internal: {type(error).__name__}")

    async def _compare(self, session: AsyncSession, link: WalletLink, found: Body, now: datetime) -> None:
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

    def _is_right(self, card: CardSnapshot, found: Body) -> bool:
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


async def _former(session: AsyncSession, merchant_id: UUID, names: list[str]) -> list[str]:
    """Those by which their cards are not known any more, since their links were ended."""
    cards = {name: card_id for name in names if (card_id := card_of(name))}
    told = select(WalletLink.card_id, WalletLink.external_id).where(
        WalletLink.merchant_id == merchant_id,
        WalletLink.provider == "google",
        WalletLink.card_id.in_(cards.values()),
    )
    known = dict((await session.execute(told)).tuples().all())
    return [name for name, card_id in cards.items() if known.get(card_id, name) != name]

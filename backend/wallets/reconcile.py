"""Compares what Google shows with what Google was sent. Finds requests that arrived after their timeout."""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.database import Sessions
from backend.loyalty.cards.models import Card
from backend.merchants.queries import list_merchant_ids
from backend.wallets.catch_up import RunReport
from backend.wallets.google.client import GoogleResource
from backend.wallets.google.names import card_of
from backend.wallets.google.open import Google
from backend.wallets.google.payloads import shows
from backend.wallets.link_state import CARD_OF_LINK, IS_FAILED, IS_KNOWN_TO_PROVIDER, IS_OUT_OF_DATE
from backend.wallets.models import WalletLink
from backend.wallets.ports import LinkKey, Misconfigured, Paused, Permanent, ProgramSnapshot, Transient
from backend.wallets.snapshot import find_snapshot
from backend.wallets.sync import WalletSync
from backend.wallets.wallet_links import bump_pass_versions, reset_attempts, set_saved

RECONCILE = "reconcile_google_passes"

log = structlog.get_logger()


class Reconciliation:
    """Counts `compared` and `wrong`. Wrong passes become due for the next run; former objects are ended at once.

    An error of one merchant or card is a failure in the report and does not stop the others.
    """

    def __init__(self, sync: WalletSync, google: Google, report: RunReport) -> None:
        self._sync, self._google, self._report = sync, google, report

    async def run(self) -> None:
        """Raises Paused or Misconfigured when no call to Google is possible."""
        for merchant_id in await list_merchant_ids(self._sync.sessions):
            try:
                await self._compare_merchant(merchant_id)
            except (Paused, Misconfigured):
                raise
            except (Transient, Permanent) as failure:
                log.warning("wallet_passes_not_compared", merchant_id=str(merchant_id), code=failure.code)
                self._report.fail(merchant_id, str(failure))
            except Exception as error:
                log.exception("wallet_passes_not_compared", merchant_id=str(merchant_id))
                self._report.fail(merchant_id, f"internal: {type(error).__name__}")

    async def _compare_merchant(self, merchant_id: UUID) -> None:
        card_id = await _any_card(self._sync.sessions, merchant_id)
        if card_id is None:
            return
        async with self._sync.sessions.committing(merchant_id) as session:
            card = await find_snapshot(session, self._sync.links, merchant_id, card_id, clock.now())
        assert card is not None, "a link belongs to a card"
        async for page in self._google.wallet.in_bulk().list_objects(card.program):
            objects = {resource.get("id", ""): resource for resource in page}
            async with self._sync.sessions.committing(merchant_id) as session:
                await self._compare_cards(session, merchant_id, objects)
                former_names = await _former_names(session, merchant_id, list(objects))
            for name in former_names:
                await self._compare_former(name, objects[name], card.program)
        await self._compare_program(card.program)

    async def _compare_program(self, program: ProgramSnapshot) -> None:
        if not await self._google.wallet.shows_program(program):
            self._report.count("wrong")
            await self._google.wallet.ensure_program(program, anyway=True)

    async def _compare_former(self, name: str, resource: GoogleResource, program: ProgramSnapshot) -> None:
        """A late request may have filled an object that was emptied when the card's links were ended."""
        self._report.count("compared")
        if not shows(resource, self._google.wallet.ended_payload(name, program)):
            self._report.count("wrong")
            await self._google.wallet.in_bulk().end_object(name, program)

    async def _compare_cards(
        self, session: AsyncSession, merchant_id: UUID, objects: dict[str, GoogleResource]
    ) -> None:
        now = clock.now()
        for link in await _list_up_to_date(session, merchant_id, list(objects)):
            try:
                async with session.begin_nested():
                    await self._compare_card(session, link, objects[link.external_id], now)
            except Exception as error:
                log.exception("wallet_pass_not_compared", card_id=str(link.card_id))
                self._report.fail(link.card_id, f"internal: {type(error).__name__}")

    async def _compare_card(
        self, session: AsyncSession, link: WalletLink, resource: GoogleResource, now: datetime
    ) -> None:
        key: LinkKey = (link.merchant_id, link.card_id, "google")
        if resource.get("hasUsers") and link.saved_by_user is None:
            await set_saved(session, key, is_saved=True)
        card = await find_snapshot(session, self._sync.links, link.merchant_id, link.card_id, now)
        assert card is not None, "a link belongs to a card"
        self._report.count("compared")
        if not shows(resource, self._google.wallet.payload(card)):
            self._report.count("wrong")
            await reset_attempts(session, key)
            await bump_pass_versions(session, link.merchant_id, [link.card_id])


async def _any_card(sessions: Sessions, merchant_id: UUID) -> UUID | None:
    """A card that Google knows; a merchant has one program."""
    known = select(WalletLink.card_id).where(
        WalletLink.merchant_id == merchant_id, WalletLink.provider == "google", IS_KNOWN_TO_PROVIDER
    )
    async with sessions.committing(merchant_id) as session:
        card_id: UUID | None = await session.scalar(known.limit(1))
    return card_id


async def _list_up_to_date(session: AsyncSession, merchant_id: UUID, names: list[str]) -> list[WalletLink]:
    """Links with these names, also those of erased cards. Passes that are out of date are about to be pushed anyway."""
    rows = await session.scalars(
        select(WalletLink)
        .join(Card, CARD_OF_LINK)
        .where(
            WalletLink.merchant_id == merchant_id,
            WalletLink.provider == "google",
            WalletLink.external_id.in_(names),
            ~IS_FAILED,
            ~IS_OUT_OF_DATE,
        )
    )
    return list(rows)


async def _former_names(session: AsyncSession, merchant_id: UUID, names: list[str]) -> list[str]:
    """Names of objects that their cards had before their links were ended."""
    cards = {name: card_id for name in names if (card_id := card_of(name))}
    links = select(WalletLink.card_id, WalletLink.external_id).where(
        WalletLink.merchant_id == merchant_id,
        WalletLink.provider == "google",
        WalletLink.card_id.in_(cards.values()),
    )
    current_names = dict((await session.execute(links)).tuples().all())
    return [name for name, card_id in cards.items() if current_names.get(card_id, name) != name]

"""The holder has tapped "Add to Google Wallet": the pass is made ready, then they are sent to Google."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from backend.core.clock import clock
from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.cards.models import Card
from backend.loyalty.ledger.problems import CardNotFound
from backend.wallets.google.names import object_id
from backend.wallets.google.opening import Google
from backend.wallets.links import open_link
from backend.wallets.models import WalletLink
from backend.wallets.outcomes import Outcome
from backend.wallets.ports import LinkKey
from backend.wallets.problems import WalletNotConfigured, WalletUnavailable
from backend.wallets.sync import WalletSync

PATIENCE_SECONDS, LOOK_SECONDS = 5.0, 0.25


@dataclass(frozen=True, slots=True)
class GoogleSaving:
    sync: WalletSync
    links: CardLinks
    google: Google | None

    async def address(self, token: str) -> str:
        """Where Google asks the holder whether to save the card; good for an hour, never to be logged.

        Raises WalletNotConfigured; CardNotFound, alike for a forged token and a card that is over; WalletUnavailable
        while Google cannot be told of the card.
        """
        if self.google is None:
            raise WalletNotConfigured
        now = clock.now()
        key, program_id, name = await self._opened(token, self.google, now)
        await self._make_ready(key, name)
        return await self.google.save_links.url(program_id=program_id, object_name=name, now=now)

    async def _opened(self, token: str, google: Google, now: datetime) -> tuple[LinkKey, UUID, str]:
        """The link, made if need be, the card's program, and what Google is to know the card by."""
        link = self.links.read(token)
        if link is None:
            raise CardNotFound
        key: LinkKey = (link.merchant_id, link.card_id, "google")
        card = select(Card.page_version, Card.program_id).where(
            Card.merchant_id == link.merchant_id, Card.id == link.card_id, Card.state == "active"
        )
        async with self.sync.sessions.committing(link.merchant_id) as session:
            found = (await session.execute(card)).one_or_none()
            if found is None or not self.links.opens_save(link, found.page_version):
                raise CardNotFound
            name = object_id(google.account.issuer_id, link.card_id, found.page_version)
            await open_link(session, key, name, now)
        return key, found.program_id, name

    async def _make_ready(self, key: LinkKey, name: str) -> None:
        """Waits for whoever is on it already: a button is tapped twice. Raises WalletUnavailable."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_SECONDS
        while True:
            result = await self.sync.sync_card(*key)
            if await self._is_known(key, name):
                return
            if result.outcome is not Outcome.BUSY or loop.time() > deadline:
                raise WalletUnavailable
            await asyncio.sleep(LOOK_SECONDS)

    async def _is_known(self, key: LinkKey, name: str) -> bool:
        """Google has had the card once by this name: what it shows may be behind, but it can be saved."""
        async with self.sync.sessions.committing(key[0]) as session:
            link = await session.get(WalletLink, key)
            return link is not None and link.external_id == name and link.synced_version >= 0

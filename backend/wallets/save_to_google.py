"""The button "Add to Google Wallet": syncs the pass, then sends the holder to Google."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from backend.core.clock import clock
from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.cards.models import Card
from backend.loyalty.ledger.problems.cards import CardNotFound
from backend.wallets.google.names import object_id
from backend.wallets.google.open import Google
from backend.wallets.link_state import IS_KNOWN_TO_PROVIDER
from backend.wallets.models import WalletLink
from backend.wallets.outcomes import OutcomeKind
from backend.wallets.ports import LinkKey
from backend.wallets.problems import WalletNotConfigured, WalletUnavailable
from backend.wallets.sync import WalletSync
from backend.wallets.wallet_links import has_key, open_link

WAIT_SECONDS_MAX, POLL_SECONDS = 5.0, 0.25


@dataclass(frozen=True, slots=True)
class SaveToGoogle:
    sync: WalletSync
    links: CardLinks
    google: Google | None

    async def url(self, token: str) -> str:
        """Google's page for saving the card. Valid for an hour; never to be logged.

        Raises WalletNotConfigured; CardNotFound, for a forged token as for a closed card; WalletUnavailable when Google
        cannot be sent the card.
        """
        if self.google is None:
            raise WalletNotConfigured
        now = clock.now()
        key, program_id, name = await self._open_link(token, self.google, now)
        await self._wait_until_known(key, name)
        return await self.google.save_links.url(program_id=program_id, object_name=name, now=now)

    async def _open_link(self, token: str, google: Google, now: datetime) -> tuple[LinkKey, UUID, str]:
        """The key of the link, the card's program, and the name of the card's object at Google."""
        link = self.links.read(token)
        if link is None:
            raise CardNotFound
        key: LinkKey = (link.merchant_id, link.card_id, "google")
        active_card = select(Card.page_version, Card.program_id).where(
            Card.merchant_id == link.merchant_id, Card.id == link.card_id, Card.state == "active"
        )
        async with self.sync.sessions.committing(link.merchant_id) as session:
            card = (await session.execute(active_card)).one_or_none()
            if card is None or not self.links.opens_save(link, card.page_version):
                raise CardNotFound
            name = object_id(google.account.issuer_id, link.card_id, card.page_version)
            await open_link(session, key, name, now)
        return key, card.program_id, name

    async def _wait_until_known(self, key: LinkKey, name: str) -> None:
        """Waits while another request or worker pushes the pass. Raises WalletUnavailable."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + WAIT_SECONDS_MAX
        while True:
            outcome = await self.sync.sync_card(*key)
            if await self._is_known(key, name):
                return
            if outcome.kind is not OutcomeKind.BUSY or loop.time() > deadline:
                raise WalletUnavailable
            await asyncio.sleep(POLL_SECONDS)

    async def _is_known(self, key: LinkKey, name: str) -> bool:
        """Google has accepted the card under this name. It can be saved even if it is out of date."""
        known = select(WalletLink.card_id).where(has_key(key), WalletLink.external_id == name, IS_KNOWN_TO_PROVIDER)
        async with self.sync.sessions.committing(key[0]) as session:
            return await session.scalar(known) is not None

"""Issues passes to phones: first download, later fetches, and registrations for updates."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from arq.connections import ArqRedis
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.database import Sessions, enter_merchant
from backend.core.keys import KeyRing
from backend.loyalty.cards.card_urls import CardLink, CardLinks
from backend.loyalty.cards.models import Card
from backend.loyalty.ledger.problems.cards import CardNotFound
from backend.wallets.apple import devices, passes
from backend.wallets.apple.builder import PassBuilder
from backend.wallets.apple.pass_json import PassFacts
from backend.wallets.apple.problems import PassTokenRefused
from backend.wallets.apple.schemas import ChangedPasses
from backend.wallets.jobs import enqueue_pass_syncs
from backend.wallets.models import ApplePass
from backend.wallets.ports import CardSnapshot, LinkKey
from backend.wallets.snapshot import find_snapshot
from backend.wallets.wallet_links import bump_pass_versions, open_link, reset_attempts, set_saved

SERVICE_PATH = "/api/v1/apple"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ServedPass:
    body: bytes
    last_modified: datetime


@dataclass(frozen=True, slots=True)
class ApplePasses:
    sessions: Sessions
    queue: ArqRedis
    keys: KeyRing
    links: CardLinks
    builder: PassBuilder
    pass_type: str
    team: str
    api_url: str

    async def download(self, token: str) -> ServedPass:
        """The holder has tapped the button. Raises CardNotFound, for a forged token as for a closed card."""
        link = self.links.read(token)
        if link is None:
            raise CardNotFound
        now = clock.now()
        async with self.sessions.committing(link.merchant_id) as session:
            await self._check(session, link)
            apple_pass = await passes.open_pass(session, self.keys, link.merchant_id, link.card_id, now)
            await open_link(session, _key(apple_pass), str(apple_pass.serial), now)
            snapshot = await self._snapshot(session, apple_pass, now)
        return await self._build(apple_pass, snapshot, now)

    async def fetch(self, pass_type: str, serial: str, authorization: str, known: datetime | None) -> ServedPass | None:
        """None when the phone has the current pass. Raises PassTokenRefused.

        The date is read before the card. A card newer than the date costs one more fetch; an older one would stay.
        """
        now = clock.now()
        async with self.sessions.committing() as session:
            apple_pass = await self._authorized(session, pass_type, serial, authorization, is_locked=True)
            if known is not None and apple_pass.last_modified <= known:
                return None
            await enter_merchant(session, apple_pass.merchant_id)
            snapshot = await self._snapshot(session, apple_pass, now)
        return await self._build(apple_pass, snapshot, now)

    async def register(
        self, pass_type: str, serial: str, authorization: str, *, library_id: str, push_token: str
    ) -> bool:
        """Whether the registration is new. Raises PassTokenRefused."""
        async with self.sessions.committing() as session:
            apple_pass = await self._authorized(session, pass_type, serial, authorization)
            is_new = await devices.register(
                session, apple_pass.serial, library_id=library_id, push_token=push_token, now=clock.now()
            )
            await enter_merchant(session, apple_pass.merchant_id)
            # Locks the card before its link, as a download does, so that they cannot deadlock.
            if is_new:
                version = await _make_due(session, apple_pass)
            await set_saved(session, _key(apple_pass), is_saved=True)
        if is_new:
            await self._enqueue(apple_pass, version)
        return is_new

    async def unregister(self, pass_type: str, serial: str, authorization: str, *, library_id: str) -> None:
        """Raises PassTokenRefused."""
        async with self.sessions.committing() as session:
            apple_pass = await self._authorized(session, pass_type, serial, authorization)
            await devices.unregister(session, apple_pass.serial, library_id)

    async def list_changed(self, pass_type: str, library_id: str, since: str | None) -> ChangedPasses | None:
        """None when nothing has changed, or the device is not known."""
        if pass_type != self.pass_type:
            return None
        async with self.sessions.committing() as session:
            serials, tag = await passes.list_changed(session, library_id, since)
        return ChangedPasses(serials, str(tag)) if serials else None

    async def _authorized(
        self, session: AsyncSession, pass_type: str, serial: str, authorization: str, *, is_locked: bool = False
    ) -> ApplePass:
        if pass_type != self.pass_type:
            raise PassTokenRefused
        return await passes.get_pass(session, self.keys, serial, authorization, is_locked=is_locked)

    async def _check(self, session: AsyncSession, link: CardLink) -> None:
        """Locks the card until the commit, so that links cannot be ended before the pass exists."""
        version = await session.scalar(
            select(Card.page_version)
            .where(Card.merchant_id == link.merchant_id, Card.id == link.card_id, Card.state == "active")
            .with_for_update(read=True)
        )
        if version is None or not self.links.opens_pass(link, version):
            raise CardNotFound

    async def _snapshot(self, session: AsyncSession, apple_pass: ApplePass, now: datetime) -> CardSnapshot:
        snapshot = await find_snapshot(session, self.links, apple_pass.merchant_id, apple_pass.card_id, now)
        assert snapshot is not None, "a pass belongs to a card"
        return snapshot

    async def _enqueue(self, apple_pass: ApplePass, version: int) -> None:
        """Without Redis the registration stands, and the hourly run syncs the pass."""
        await enqueue_pass_syncs(self.queue, apple_pass.merchant_id, apple_pass.card_id, [("apple", version)], None)

    async def _build(self, apple_pass: ApplePass, snapshot: CardSnapshot, now: datetime) -> ServedPass:
        facts = PassFacts(
            pass_type=self.pass_type,
            team=self.team,
            serial=str(apple_pass.serial),
            auth_token=passes.auth_token(self.keys, apple_pass),
            web_service_url=f"{self.api_url}{SERVICE_PATH}",
            last_modified=apple_pass.last_modified,
        )
        return ServedPass(await self.builder.build(snapshot, facts, now), apple_pass.last_modified)


def _key(apple_pass: ApplePass) -> LinkKey:
    return apple_pass.merchant_id, apple_pass.card_id, "apple"


async def _make_due(session: AsyncSession, apple_pass: ApplePass) -> int:
    """Returns the card's new version. The phone may have fetched the pass before its last change."""
    await bump_pass_versions(session, apple_pass.merchant_id, [apple_pass.card_id])
    await reset_attempts(session, _key(apple_pass))
    version = await session.scalar(
        select(Card.wallet_version).where(Card.merchant_id == apple_pass.merchant_id, Card.id == apple_pass.card_id)
    )
    return version or 0

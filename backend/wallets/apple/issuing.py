"""Passes for phones: the first download, every later fetch, and who registers for updates."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from arq.connections import ArqRedis
from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.database import Sessions, enter_merchant
from backend.core.keys import KeyRing
from backend.loyalty.cards.card_urls import CardLink, CardLinks
from backend.loyalty.cards.models import Card
from backend.loyalty.ledger.problems import CardNotFound
from backend.wallets.apple import devices, passes
from backend.wallets.apple.builder import PassBuilder
from backend.wallets.apple.pass_json import PassFacts
from backend.wallets.apple.problems import PassTokenRefused
from backend.wallets.apple.schemas import ChangedPasses
from backend.wallets.jobs import ring_passes
from backend.wallets.links import note_saved, open_link, repaint, revive
from backend.wallets.models import ApplePass
from backend.wallets.ports import CardSnapshot, LinkKey
from backend.wallets.snapshot import find_snapshot

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
        """The holder has tapped the button. Raises CardNotFound, alike for a forged token and a closed card."""
        link = self.links.read(token)
        if link is None:
            raise CardNotFound
        now = clock.now()
        async with self.sessions.committing(link.merchant_id) as session:
            await self._check(session, link)
            found = await passes.open_pass(session, self.keys, link.merchant_id, link.card_id, now)
            await open_link(session, _key(found), str(found.serial), now)
            snapshot = await self._snapshot(session, found, now)
        return await self._build(found, snapshot, now)

    async def fetch(self, pass_type: str, serial: str, authorization: str, known: datetime | None) -> ServedPass | None:
        """None when the phone has the newest already. Raises PassTokenRefused.

        The date is read before the state: a state newer than its date costs one more fetch, an older one would stay.
        """
        now = clock.now()
        async with self.sessions.committing() as session:
            found = await self._authorized(session, pass_type, serial, authorization, is_kept=True)
            if known is not None and found.last_modified <= known:
                return None
            await enter_merchant(session, found.merchant_id)
            snapshot = await self._snapshot(session, found, now)
        return await self._build(found, snapshot, now)

    async def register(
        self, pass_type: str, serial: str, authorization: str, *, library_id: str, push_token: str
    ) -> bool:
        """Whether it is new. Raises PassTokenRefused."""
        async with self.sessions.committing() as session:
            found = await self._authorized(session, pass_type, serial, authorization)
            is_new = await devices.register(
                session, found.serial, library_id=library_id, push_token=push_token, now=clock.now()
            )
            await enter_merchant(session, found.merchant_id)
            # The card before its link, as a download does: neither waits for the other for ever.
            if is_new:
                version = await _make_due(session, found)
            await note_saved(session, _key(found), saved=True)
        if is_new:
            await self._ring(found, version)
        return is_new

    async def unregister(self, pass_type: str, serial: str, authorization: str, *, library_id: str) -> None:
        """Raises PassTokenRefused."""
        async with self.sessions.committing() as session:
            found = await self._authorized(session, pass_type, serial, authorization)
            await devices.unregister(session, found.serial, library_id)

    async def list_changed(self, pass_type: str, library_id: str, since: str | None) -> ChangedPasses | None:
        """None when nothing has changed, or nobody knows the device."""
        if pass_type != self.pass_type:
            return None
        async with self.sessions.committing() as session:
            serials, tag = await passes.list_changed(session, library_id, since)
        return ChangedPasses(serials, str(tag)) if serials else None

    async def _authorized(
        self, session: AsyncSession, pass_type: str, serial: str, authorization: str, *, is_kept: bool = False
    ) -> ApplePass:
        if pass_type != self.pass_type:
            raise PassTokenRefused
        return await passes.get_pass(session, self.keys, serial, authorization, is_kept=is_kept)

    async def _check(self, session: AsyncSession, link: CardLink) -> None:
        """The lock is held until the pass is there: links that end meanwhile wait, and end it too."""
        version = await session.scalar(
            select(Card.page_version)
            .where(Card.merchant_id == link.merchant_id, Card.id == link.card_id, Card.state == "active")
            .with_for_update(read=True)
        )
        if version is None or not self.links.opens_pass(link, version):
            raise CardNotFound

    async def _snapshot(self, session: AsyncSession, found: ApplePass, now: datetime) -> CardSnapshot:
        snapshot = await find_snapshot(session, self.links, found.merchant_id, found.card_id, now)
        assert snapshot is not None, "a pass belongs to a card"
        return snapshot

    async def _ring(self, found: ApplePass, version: int) -> None:
        """The registration is kept in any case; without Redis the hourly run finds what is due."""
        try:
            await ring_passes(self.queue, found.merchant_id, found.card_id, [("apple", version)], None)
        except (RedisError, OSError) as error:
            log.warning("redis_away", error=type(error).__name__, consequence="a pass is synced by the hourly run")

    async def _build(self, found: ApplePass, snapshot: CardSnapshot, now: datetime) -> ServedPass:
        facts = PassFacts(
            pass_type=self.pass_type,
            team=self.team,
            serial=str(found.serial),
            auth_token=passes.auth_token(self.keys, found),
            web_service_url=f"{self.api_url}{SERVICE_PATH}",
            last_modified=found.last_modified,
        )
        return ServedPass(await self.builder.build(snapshot, facts, now), found.last_modified)


def _key(found: ApplePass) -> LinkKey:
    return found.merchant_id, found.card_id, "apple"


async def _make_due(session: AsyncSession, found: ApplePass) -> int:
    """The card's new version: this phone may have fetched the pass before it last changed, and nobody told it since."""
    await repaint(session, found.merchant_id, [found.card_id])
    await revive(session, found.merchant_id, found.card_id, ["apple"])
    version = await session.scalar(
        select(Card.wallet_version).where(Card.merchant_id == found.merchant_id, Card.id == found.card_id)
    )
    return version or 0

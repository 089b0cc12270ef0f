"""Shows and retries one card's passes, for support."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_administrators_change
from backend.core.clock import clock
from backend.core.origin import PlatformOrigin
from backend.loyalty.cards.models import Card
from backend.operations.wallets.schemas import CardPasses, PassLinkView, RetryView
from backend.operations.wallets.scopes import find_card
from backend.wallets.apple.open import Apple
from backend.wallets.apple.pass_json import PassFacts, loyalty_pass
from backend.wallets.google.open import Google
from backend.wallets.link_state import CARD_OF_LINK, IS_OUT_OF_DATE, IS_REMOVED
from backend.wallets.models import WalletLink
from backend.wallets.ports import CardSnapshot, LinkKey, Provider
from backend.wallets.problems import NoSuchPass
from backend.wallets.snapshot import find_snapshot
from backend.wallets.story import list_phones
from backend.wallets.sync import WalletSync
from backend.wallets.wallet_links import has_key, reset_attempts
from i18n.translator import get_translator

HIDDEN = "(hidden)"


@dataclass(frozen=True, slots=True)
class WalletDebug:
    sync: WalletSync
    google: Google | None
    apple: Apple | None

    async def show(self, code_or_id: str, language: str) -> CardPasses:
        """By the card's code or id. Raises CardNotFound."""
        card, now = await find_card(self.sync.sessions, code_or_id), clock.now()
        async with self.sync.sessions.committing(card.merchant_id) as session:
            snapshot = await find_snapshot(session, self.sync.links, card.merchant_id, card.card_id, now)
            assert snapshot is not None, "the card exists"
            links = await session.execute(
                select(WalletLink, ~IS_OUT_OF_DATE)
                .join(Card, CARD_OF_LINK)
                .where(WalletLink.merchant_id == card.merchant_id, WalletLink.card_id == card.card_id)
                .order_by(WalletLink.provider.desc())
            )
            rows = links.tuples().all()
        # The URL of the customer's page is secret.
        snapshot = msgspec.structs.replace(snapshot, page_url=HIDDEN)
        return CardPasses(
            card_id=card.card_id,
            card_code=snapshot.code,
            merchant_code=card.merchant_code,
            state=snapshot.state,
            wallet_version=snapshot.version,
            shows=msgspec.to_builtins(snapshot),
            links=[await self._link(link, snapshot, now, language, is_right=is_right) for link, is_right in rows],
            save_link_error=await self._save_link_error(snapshot, now),
        )

    async def retry(self, origin: PlatformOrigin, code_or_id: str, provider: Provider) -> RetryView:
        """Sends this pass now, even if it is up to date. Raises CardNotFound or NoSuchPass."""
        card = await find_card(self.sync.sessions, code_or_id)
        key: LinkKey = (card.merchant_id, card.card_id, provider)
        async with self.sync.sessions.committing(card.merchant_id) as session:
            if await session.scalar(select(WalletLink.card_id).where(has_key(key), ~IS_REMOVED)) is None:
                raise NoSuchPass
            await reset_attempts(session, key)
            await _mark_out_of_date(session, key)
            after = {"provider": provider}
            record_administrators_change(
                session, origin, "pass.resent", merchant_id=card.merchant_id, subject_id=card.card_id, after=after
            )
        outcome = await self.sync.sync_card(*key)
        return RetryView(provider, outcome.kind, outcome.reason)

    async def _link(
        self, link: WalletLink, snapshot: CardSnapshot, now: datetime, language: str, *, is_right: bool
    ) -> PassLinkView:
        return PassLinkView(
            provider=link.provider,
            external_id=link.external_id,
            status=link.status,
            synced_version=link.synced_version,
            is_right=is_right,
            saved_by_user=link.saved_by_user,
            attempts=link.attempts,
            next_attempt_at=link.next_attempt_at,
            leased_until=link.lease_until,
            waiting_since=link.waiting_since,
            synced_at=link.synced_at,
            last_error_code=link.last_error_code,
            last_error=link.last_error and get_translator(language).gettext(link.last_error),
            failed_at=link.failed_at,
            would_send=self._payload(link, snapshot, now),
            device_count=await self._devices(link) if link.provider == "apple" else None,
        )

    def _payload(self, link: WalletLink, snapshot: CardSnapshot, now: datetime) -> dict[str, Any] | None:
        if link.provider == "google" and self.google is not None:
            return self.google.wallet.payload(snapshot)
        if link.provider == "apple" and self.apple is not None:
            facts = PassFacts(
                pass_type=self.apple.certificates.pass_type,
                team=self.apple.certificates.team,
                serial=link.external_id,
                auth_token=HIDDEN,
                web_service_url=HIDDEN,
                last_modified=now,
            )
            content: dict[str, Any] = loyalty_pass(snapshot, facts, now).json_dict()
            return content
        return None

    async def _devices(self, link: WalletLink) -> int:
        async with self.sync.sessions.committing() as session:
            return len(await list_phones(session, (link.merchant_id, link.card_id, "apple")))

    async def _save_link_error(self, snapshot: CardSnapshot, now: datetime) -> str | None:
        """Makes a link only to find out whether it can be made."""
        if self.google is None:
            return None
        try:
            name = self.google.wallet.payload(snapshot)["id"]
            await self.google.save_links.url(program_id=snapshot.program.program_id, object_name=name, now=now)
        except Exception as error:  # noqa: BLE001 - every error is shown
            return f"{type(error).__name__}: {error}"
        return None


async def _mark_out_of_date(session: AsyncSession, key: LinkKey) -> None:
    """This pass only. A new version of the card would make its other pass out of date as well."""
    version = func.least(WalletLink.synced_version, Card.wallet_version - 1)
    await session.execute(update(WalletLink).where(has_key(key), CARD_OF_LINK).values(synced_version=version))

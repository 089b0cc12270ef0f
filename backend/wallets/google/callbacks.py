"""Google's callbacks, which report that a pass was saved or removed. There is no other way to know."""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.database import Sessions, enter_merchant
from backend.wallets.google.root_keys import RootKeys
from backend.wallets.google.signatures import CallbackMessage, UnknownRoot, verify
from backend.wallets.models import GoogleCallback, GoogleProgram, WalletLink
from backend.wallets.wallet_links import set_saved

SAVED, REMOVED = "save", "del"

log = structlog.get_logger()


class Callbacks:
    """For one issuer. Callbacks that Google has signed for another issuer are refused."""

    def __init__(self, sessions: Sessions, keys: RootKeys, issuer_id: str) -> None:
        self._sessions, self._keys, self._issuer_id = sessions, keys, issuer_id

    async def process(self, body: bytes, now: datetime) -> None:
        """Idempotent. Raises SignatureRefused, or Transient while Google's keys cannot be fetched."""
        message = await self._verified(body, now)
        async with self._sessions.committing() as session:
            if await _is_new(session, message):
                await self._record(session, message)

    async def _verified(self, body: bytes, now: datetime) -> CallbackMessage:
        try:
            return verify(body, await self._keys.get(), recipient=self._issuer_id, now=now)
        except UnknownRoot:
            return verify(body, await self._keys.get(fresh=True), recipient=self._issuer_id, now=now)

    async def _record(self, session: AsyncSession, message: CallbackMessage) -> None:
        merchant_id = await session.scalar(
            select(GoogleProgram.merchant_id).where(GoogleProgram.class_id == message.class_id)
        )
        card_id = await _find_card(session, merchant_id, message.object_id) if merchant_id else None
        if card_id is None or merchant_id is None or message.event_type not in {SAVED, REMOVED}:
            log.info("google_callback_ignored", class_id=message.class_id, event_type=message.event_type)
            return
        await set_saved(session, (merchant_id, card_id, "google"), is_saved=message.event_type == SAVED)


async def _find_card(session: AsyncSession, merchant_id: UUID, name: str) -> UUID | None:
    """None for an object that is not ours, or that the card had before its links were ended."""
    await enter_merchant(session, merchant_id)
    card_id: UUID | None = await session.scalar(
        select(WalletLink.card_id).where(
            WalletLink.merchant_id == merchant_id, WalletLink.provider == "google", WalletLink.external_id == name
        )
    )
    return card_id


async def purge_expired_callbacks(session: AsyncSession, now: datetime) -> None:
    """An expired callback is refused by its date, so its nonce is not needed any more."""
    await session.execute(delete(GoogleCallback).where(GoogleCallback.expires_at < now))


async def _is_new(session: AsyncSession, message: CallbackMessage) -> bool:
    callback = insert(GoogleCallback).values(
        nonce=message.nonce,
        object_id=message.object_id,
        event=message.event_type[:100],
        expires_at=message.expires_at,
    )
    inserted = await session.execute(callback.on_conflict_do_nothing().returning(GoogleCallback.nonce))
    return inserted.first() is not None

"""Writes to wallet links outside of an attempt: opened, changed, saved, retried."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Update, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningUpdate

from backend.core.database import Sessions
from backend.loyalty.cards.models import Card
from backend.wallets.link_state import (
    CARD_OF_LINK,
    IS_FAILED,
    IS_OUT_OF_DATE,
    IS_PROGRAM_REFUSED,
    opened,
    reopened,
    retried,
    with_new_attempts,
)
from backend.wallets.models import WalletLink
from backend.wallets.ports import LinkKey, NotifyReason, Provider


async def open_link(session: AsyncSession, key: LinkKey, external_id: str, now: datetime) -> None:
    """The holder has tapped the button. Resets a failed link; changes nothing for any other.

    The external id at Google is changed by the sync only, because the object under the former id has to be ended first.
    """
    merchant_id, card_id, provider = key
    link = insert(WalletLink).values(
        merchant_id=merchant_id, card_id=card_id, provider=provider, external_id=external_id, created_at=now
    )
    if await session.scalar(opened(link).returning(WalletLink.card_id)) is None:
        await session.execute(reopened(update(WalletLink).where(has_key(key))))
    if provider == "apple":
        await session.execute(_with_external_id(key, external_id))


async def find_external_id(sessions: Sessions, key: LinkKey) -> str | None:
    """The id of the pass at the provider; None when the card has no link."""
    async with sessions.committing(key[0]) as session:
        link = await session.get(WalletLink, key)
        return link.external_id if link else None


async def change_external_id(sessions: Sessions, key: LinkKey, external_id: str) -> None:
    """Nobody has saved the pass under the new id yet."""
    async with sessions.committing(key[0]) as session:
        await session.execute(_with_external_id(key, external_id).values(saved_by_user=False))


def _with_external_id(key: LinkKey, external_id: str) -> Update:
    links = update(WalletLink).where(has_key(key), WalletLink.external_id != external_id)
    return links.values(external_id=external_id)


async def mark_changed(
    session: AsyncSession, merchant_id: UUID, card_id: UUID, booked_at: datetime, notify: NotifyReason | None = None
) -> list[tuple[Provider, int]]:
    """Something that a pass shows has changed. Returns the providers to sync, each with the card's version."""
    rows = await session.execute(_changed(_of_card(merchant_id, card_id), booked_at, notify))
    return [(provider, version) for provider, version in rows]


async def mark_all_changed(
    session: AsyncSession,
    merchant_id: UUID,
    card_ids: Sequence[UUID],
    booked_at: datetime,
    notify: NotifyReason | None = None,
) -> bool:
    """`mark_changed` of many cards in one statement. Returns whether any of them has a pass to sync."""
    links = (WalletLink.merchant_id == merchant_id) & WalletLink.card_id.in_(card_ids)
    return (await session.execute(_changed(links, booked_at, notify))).first() is not None


def _changed(
    which: ColumnElement[bool], booked_at: datetime, notify: NotifyReason | None
) -> ReturningUpdate[tuple[Provider, int]]:
    """A failed link is retried, because the provider has not refused this version."""
    links = retried(update(WalletLink).where(CARD_OF_LINK, which))
    # Another push may have carried the change already. A notification is still to be sent then.
    links = links.where(IS_OUT_OF_DATE) if notify is None else links.values(notify=_preferred(notify))
    waiting_since = func.least(func.coalesce(WalletLink.waiting_since, booked_at), booked_at)
    return links.values(waiting_since=waiting_since).returning(WalletLink.provider, Card.wallet_version)


async def set_saved(session: AsyncSession, key: LinkKey, *, is_saved: bool) -> None:
    """The provider reports that the pass was saved in the holder's wallet, or removed from it."""
    await session.execute(update(WalletLink).where(has_key(key)).values(saved_by_user=is_saved))


async def reset_attempts(session: AsyncSession, key: LinkKey) -> None:
    """The next push is sent even if the provider was sent the same content before."""
    await session.execute(with_new_attempts(update(WalletLink).where(has_key(key))))


async def bump_pass_versions(session: AsyncSession, merchant_id: UUID, card_ids: Sequence[UUID]) -> int:
    """Makes the passes of these cards out of date. Returns the number of cards.

    For changes that are not bookings, such as another name of the customer. Retries failed links too.
    """
    result = await session.execute(
        update(Card)
        .where(Card.merchant_id == merchant_id, Card.id.in_(card_ids))
        .values(wallet_version=Card.wallet_version + 1)
    )
    await _retry_failed(session, merchant_id, WalletLink.card_id.in_(card_ids))
    return int(result.rowcount)  # type: ignore[attr-defined]


async def find_card_of_refused_program(session: AsyncSession, merchant_id: UUID, provider: Provider) -> UUID | None:
    """Any card that this provider refuses because of its program; a merchant has one program."""
    card_id: UUID | None = await session.scalar(
        select(WalletLink.card_id)
        .where(WalletLink.merchant_id == merchant_id, WalletLink.provider == provider, IS_PROGRAM_REFUSED)
        .limit(1)
    )
    return card_id


async def retry_refused_program(session: AsyncSession, merchant_id: UUID, provider: Provider) -> None:
    """The provider accepts the program again, so its cards are due."""
    await _retry_failed(session, merchant_id, (WalletLink.provider == provider) & IS_PROGRAM_REFUSED)


async def _retry_failed(session: AsyncSession, merchant_id: UUID, condition: ColumnElement[bool]) -> None:
    links = update(WalletLink).where(WalletLink.merchant_id == merchant_id, IS_FAILED, condition)
    await session.execute(retried(links))


def _preferred(notify: NotifyReason) -> ColumnElement[str | None]:
    """A warning does not replace a reward that is still to be notified."""
    if notify is NotifyReason.REWARD_READY:
        return literal(notify.value)
    return func.coalesce(WalletLink.notify, notify.value)


def has_key(key: LinkKey) -> ColumnElement[bool]:
    merchant_id, card_id, provider = key
    return _of_card(merchant_id, card_id) & (WalletLink.provider == provider)


def _of_card(merchant_id: UUID, card_id: UUID) -> ColumnElement[bool]:
    return (WalletLink.merchant_id == merchant_id) & (WalletLink.card_id == card_id)

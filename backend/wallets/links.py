"""How a card comes into a wallet, and what others tell its link: changes, rings, saves, another try."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Update, case, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.database import Sessions
from backend.loyalty.cards.models import Card
from backend.wallets.models import WalletLink
from backend.wallets.ports import PROGRAM_REFUSED, LinkKey, Notify, Provider

IS_REFUSED = WalletLink.status == "failed"
IS_FOR_ITS_PROGRAM = WalletLink.last_error_code.startswith(PROGRAM_REFUSED, autoescape=True)
_REPRIEVED = {
    WalletLink.status: "active",
    WalletLink.attempts: case((IS_REFUSED, 0), else_=WalletLink.attempts),
    WalletLink.next_attempt_at: case((IS_REFUSED, None), else_=WalletLink.next_attempt_at),
}
"""Changes nothing but a refused pass."""


async def open_link(session: AsyncSession, key: LinkKey, external_id: str, now: datetime) -> None:
    """The holder has tapped the button. One that had failed gets another chance; a second tap changes nothing.

    What Google knows the card by is changed by the sync alone, which has to end what it was known by before.
    """
    merchant_id, card_id, provider = key
    fresh = insert(WalletLink).values(
        merchant_id=merchant_id,
        card_id=card_id,
        provider=provider,
        external_id=external_id,
        status="active",
        synced_version=-1,
        attempts=0,
        created_at=now,
    )
    await session.execute(
        fresh.on_conflict_do_update(
            index_elements=["merchant_id", "card_id", "provider"],
            set_={"status": "active", "attempts": 0, "next_attempt_at": None},
            where=IS_REFUSED,
        )
    )
    if provider == "apple":
        await session.execute(_named(key, external_id))


async def told_name(sessions: Sessions, key: LinkKey) -> str | None:
    """What the provider knows the card by; None when the card is in no wallet of theirs."""
    async with sessions.committing(key[0]) as session:
        link = await session.get(WalletLink, key)
        return link.external_id if link else None


async def remember_name(sessions: Sessions, key: LinkKey, external_id: str) -> None:
    """The provider knows the card by another name now, under which nobody has saved it yet."""
    async with sessions.committing(key[0]) as session:
        await session.execute(_named(key, external_id).values(saved_by_user=False))


def _named(key: LinkKey, external_id: str) -> Update:
    merchant_id, card_id, provider = key
    return (
        update(WalletLink)
        .where(_of(merchant_id, card_id), WalletLink.provider == provider, WalletLink.external_id != external_id)
        .values(external_id=external_id)
    )


async def note_change(
    session: AsyncSession, merchant_id: UUID, card_id: UUID, booked_at: datetime, notify: Notify | None = None
) -> list[tuple[Provider, int]]:
    """Something a pass shows has changed: which providers are to be told, and the card's version.

    One that has refused the card is asked again: it has not seen this.
    """
    version = select(Card.wallet_version).where(Card.merchant_id == merchant_id, Card.id == card_id).scalar_subquery()
    told = update(WalletLink).where(_of(merchant_id, card_id), WalletLink.status != "removed").values(_REPRIEVED)
    # A change that another update has carried to the phone already is no news; a ring still is.
    told = told.where(version > WalletLink.synced_version) if notify is None else told.values(notify=_kept(notify))
    rows = await session.execute(
        told.values(waiting_since=func.least(func.coalesce(WalletLink.waiting_since, booked_at), booked_at)).returning(
            WalletLink.provider, version
        )
    )
    return [(provider, number) for provider, number in rows]


async def note_saved(session: AsyncSession, key: LinkKey, *, saved: bool) -> None:
    """The provider tells that the pass is in its holder's wallet, or that it was removed."""
    merchant_id, card_id, provider = key
    await session.execute(
        update(WalletLink).where(_of(merchant_id, card_id), WalletLink.provider == provider).values(saved_by_user=saved)
    )


async def revive(session: AsyncSession, merchant_id: UUID, card_id: UUID, providers: Sequence[Provider]) -> None:
    """Another try from the beginning, sent whatever the provider shows already; also that nothing is left."""
    await session.execute(
        update(WalletLink)
        .where(_of(merchant_id, card_id), WalletLink.provider.in_(providers))
        .values(status="active", attempts=0, next_attempt_at=None, payload_hash=None)
    )


async def repaint(session: AsyncSession, merchant_id: UUID, card_ids: Sequence[UUID] | None = None) -> int:
    """Makes passes due again, all of the merchant's or these; how many cards.

    For what shows on a pass and is no booking: the program's name and colors, or a pass found wrong. Passes that had
    been refused are among them.
    """
    linked = select(WalletLink.card_id).where(WalletLink.merchant_id == merchant_id, WalletLink.status != "removed")
    chosen = linked if card_ids is None else card_ids
    result = await session.execute(
        update(Card)
        .where(Card.merchant_id == merchant_id, Card.id.in_(chosen))
        .values(wallet_version=Card.wallet_version + 1)
    )
    await _reprieve(session, merchant_id, WalletLink.card_id.in_(chosen))
    return int(result.rowcount)  # type: ignore[attr-defined]


async def find_refused_program(session: AsyncSession, merchant_id: UUID, provider: Provider) -> UUID | None:
    """A card whose pass this provider refuses because of its program; the program is the same for all."""
    found: UUID | None = await session.scalar(
        select(WalletLink.card_id)
        .where(WalletLink.merchant_id == merchant_id, IS_REFUSED, _refused_program(provider))
        .limit(1)
    )
    return found


async def take_back_refusals(session: AsyncSession, merchant_id: UUID, provider: Provider) -> None:
    """The provider takes the program again: none of its cards has to wait."""
    await _reprieve(session, merchant_id, _refused_program(provider))


async def _reprieve(session: AsyncSession, merchant_id: UUID, which: ColumnElement[bool]) -> None:
    """Refused passes are due again, if they are behind."""
    await session.execute(
        update(WalletLink).where(WalletLink.merchant_id == merchant_id, IS_REFUSED, which).values(_REPRIEVED)
    )


def _kept(notify: Notify) -> ColumnElement[str | None]:
    """A warning never takes the place of better news that still waits for its ring."""
    return literal(notify.value) if notify is Notify.REWARD_READY else func.coalesce(WalletLink.notify, notify.value)


def _refused_program(provider: Provider) -> ColumnElement[bool]:
    return (WalletLink.provider == provider) & IS_FOR_ITS_PROGRAM


def _of(merchant_id: UUID, card_id: UUID) -> ColumnElement[bool]:
    return (WalletLink.merchant_id == merchant_id) & (WalletLink.card_id == card_id)

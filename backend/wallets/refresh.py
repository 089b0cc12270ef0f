"""Makes all passes of a merchant out of date, when something that each of them shows has changed."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.database import Sessions
from backend.wallets.link_state import IS_REMOVED
from backend.wallets.models import WalletLink
from backend.wallets.wallet_links import bump_pass_versions

CHUNK = 500


async def bump_all_pass_versions(sessions: Sessions, merchant_id: UUID) -> int:
    """Returns the number of cards. At most 500 in a transaction, so that no booking waits long for its card."""
    count, after = 0, None
    while True:
        async with sessions.committing(merchant_id) as session:
            cards = list(await session.scalars(_linked(merchant_id, after)))
            count += await bump_pass_versions(session, merchant_id, cards)
        if len(cards) < CHUNK:
            return count
        after = cards[-1]


async def has_passes(session: AsyncSession, merchant_id: UUID) -> bool:
    """Whether any card of the merchant is in a wallet."""
    return await session.scalar(_linked(merchant_id).limit(1)) is not None


def _linked(merchant_id: UUID, after: UUID | None = None) -> Select[tuple[UUID]]:
    cards = select(WalletLink.card_id).where(WalletLink.merchant_id == merchant_id, ~IS_REMOVED).distinct()
    if after is not None:
        cards = cards.where(WalletLink.card_id > after)
    return cards.order_by(WalletLink.card_id).limit(CHUNK)

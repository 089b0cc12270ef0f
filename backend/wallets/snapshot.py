"""Reads a card as its passes have to show it, with its version, in one statement and by the ledger's rules."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec
from msgspec.structs import replace
from sqlalchemy import Text, func, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncSession

from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.ledger.booking.card import CardRow
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.rules.lots import left_in, live_lots, next_expiry
from backend.wallets.ports import CardSnapshot, ProgramSnapshot


class _VersionedRow(CardRow):
    wallet_version: int


class WalletState(CardState):
    """A card's state, with the version of its passes."""

    card: _VersionedRow


_decoder = msgspec.json.Decoder(WalletState)


async def find_snapshot(
    session: AsyncSession, links: CardLinks, merchant_id: UUID, card_id: UUID, now: datetime
) -> CardSnapshot | None:
    """The card as the till shows it at `now`: without expired points, even if their expiry is not booked yet."""
    state = await find_wallet_state(session, merchant_id, card_id, now)
    return snapshot_of(state, links, now) if state else None


async def find_wallet_state(
    session: AsyncSession, merchant_id: UUID, card_id: UUID, now: datetime
) -> WalletState | None:
    """As seen from the store where its holder enrolled; of a card in any state."""
    document = await session.scalar(select(sql_cast(func.card_at_home(merchant_id, card_id, now), Text)))
    return _decoder.decode(document) if document else None


def snapshot_of(state: WalletState, links: CardLinks, now: datetime) -> CardSnapshot:
    card = state.card
    moment = state.moment(now)
    points, stamps = (live_lots(state.lots, unit, moment) for unit in ("points", "stamps"))
    balance = left_in(points)
    next_expiry_at, next_expiry_points = next_expiry(points, moment) or (None, 0)
    next_reward, next_reward_points = _next_reward(state, balance)
    erased = state.customer is None
    return CardSnapshot(
        card_id=card.id,
        version=card.wallet_version,
        state=cast("Any", card.state),
        code=card.code,
        customer_name=state.customer.name if state.customer else None,
        language=state.setup.language_for(state.customer),
        points_balance=0 if erased else balance,
        debt_points=0 if erased else card.debt_points,
        stamp_count=0 if erased else left_in(stamps),
        next_expiry_at=next_expiry_at,
        next_expiry_points=next_expiry_points,
        next_reward=next_reward,
        next_reward_points=next_reward_points,
        page_url=links.url(card.merchant_id, card.id, card.page_version),
        program=_program(state),
        page_version=card.page_version,
    )


def as_erased(card: CardSnapshot) -> CardSnapshot:
    """Nothing personal and no value is left on it."""
    return replace(card, state="erased", customer_name=None, points_balance=0, debt_points=0, stamp_count=0)


def _program(state: WalletState) -> ProgramSnapshot:
    program, merchant = state.program, state.setup.merchant
    return ProgramSnapshot(
        merchant_id=state.card.merchant_id,
        program_id=program.id,
        merchant_name=merchant.name,
        name=program.name,
        card_name=program.card_name,
        card_color=program.card_color,
        logo_url=program.logo_url,
        type=cast("Any", program.type),
        stamps_target=state.terms.stamps_target,
        stamp_reward=state.terms.stamp_reward,
        terms_text=program.terms_text,
        terms_url=program.terms_url,
        privacy_url=program.privacy_url,
        default_language=program.default_language,
        timezone=merchant.timezone,
        stores=[store.name for store in state.setup.stores],
    )


def _next_reward(state: WalletState, balance: int) -> tuple[dict[str, str] | None, int]:
    """Name and points of the cheapest reward above the balance, else of the most expensive one.

    Stock is left out, because it changes with the bookings of other cards.
    """
    minimum = state.terms.minimum_redemption_points
    offered = [(max(reward.points_required, minimum), reward.name) for reward in state.setup.rewards]
    priced = sorted(offered, key=lambda entry: entry[0])
    if not priced:
        return None, 0
    points, name = next((entry for entry in priced if entry[0] > balance), priced[-1])
    return name, points

"""One card as its passes must show it, with its version: one statement, read by the ledger's own rules."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec
from sqlalchemy import Text, func, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncSession

from backend.loyalty.cards.links import CardLinks
from backend.loyalty.ledger import rules
from backend.loyalty.ledger.state import CardRow, CardState, LotState
from backend.loyalty.wallets.ports import CardSnapshot, ProgramSnapshot


class _Row(CardRow):
    wallet_version: int


class WalletState(CardState):
    """A card's state, with the version its passes follow."""

    card: _Row


_decoder = msgspec.json.Decoder(WalletState)


async def find_snapshot(
    session: AsyncSession, links: CardLinks, merchant_id: UUID, card_id: UUID, now: datetime
) -> CardSnapshot | None:
    """As the till would see the card at this moment: what has expired is gone, booked or not."""
    document = await session.scalar(select(sql_cast(func.card_at_home(merchant_id, card_id, now), Text)))
    return snapshot_of(_decoder.decode(document), links, now) if document else None


def snapshot_of(state: WalletState, links: CardLinks, now: datetime) -> CardSnapshot:
    card, program = state.card, state.program
    points = _live(state, "points", now)
    balance = sum(lot.remaining for lot in points)
    next_expiry_at, next_expiry_points = _next_expiry(state, points)
    next_reward, next_reward_points = _next_reward(state, balance)
    erased = state.customer is None
    return CardSnapshot(
        card_id=card.id,
        version=card.wallet_version,
        state=cast("Any", card.state),
        code=card.code,
        customer_name=state.customer.name if state.customer else None,
        language=state.customer.language if state.customer else program.default_language,
        points_balance=0 if erased else balance,
        debt_points=0 if erased else card.debt_points,
        stamp_count=0 if erased else sum(lot.remaining for lot in _live(state, "stamps", now)),
        next_expiry_at=next_expiry_at,
        next_expiry_points=next_expiry_points,
        next_reward=next_reward,
        next_reward_points=next_reward_points,
        page_url=links.url(card.merchant_id, card.id, card.page_version),
        program=_program(state),
    )


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


def _live(state: WalletState, unit: str, now: datetime) -> list[LotState]:
    return rules.live_lots(
        state.lots, unit, now=now, last_activity_at=state.card.last_activity_at, zone=state.setup.merchant.zone
    )


def _next_expiry(state: WalletState, points: list[LotState]) -> tuple[datetime | None, int]:
    """When points expire next, and how many."""
    zone, active_at = state.setup.merchant.zone, state.card.last_activity_at
    dated = [(at, lot.remaining) for lot in points if (at := rules.expiry_of(lot, active_at, zone))]
    soonest = min((at for at, _ in dated), default=None)
    return soonest, sum(points for at, points in dated if at == soonest)


def _next_reward(state: WalletState, balance: int) -> tuple[dict[str, str] | None, int]:
    """The cheapest that the balance does not reach yet, else the dearest; its name, and the points it takes."""
    minimum = state.terms.minimum_redemption_points
    offered = [(max(reward.points_required, minimum), reward.name) for reward in _in_stock(state)]
    priced = sorted(offered, key=lambda entry: entry[0])
    if not priced:
        return None, 0
    points, name = next((entry for entry in priced if entry[0] > balance), priced[-1])
    return name, points


def _in_stock(state: WalletState) -> list[Any]:
    return [reward for reward in state.setup.rewards if reward.stock != 0]

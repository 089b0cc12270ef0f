"""Finds merchants and cards by their codes, or by the ids that a run has reported."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from backend.core.database import Sessions
from backend.loyalty.cards.code import normalize
from backend.loyalty.cards.models import Card
from backend.loyalty.ledger.problems.cards import CardNotFound
from backend.merchants.models import Merchant
from backend.merchants.queries import get_merchant_id, list_merchant_ids
from backend.operations.task_runs.problems import TaskRunNotFound
from backend.operations.task_runs.queries import get_run
from backend.operations.wallets.schemas import SyncRequest
from backend.wallets.due import SyncScope
from backend.wallets.jobs import SYNC_PASSES


async def scope_of(sessions: Sessions, request: SyncRequest) -> SyncScope:
    """Raises MerchantNotFound, CardNotFound or TaskRunNotFound."""
    if request.run_id is not None:
        return await _failed_in(sessions, request.run_id)
    code = request.merchant_code
    merchant_id = None if code is None else await get_merchant_id(sessions, code)
    if request.card_code is None:
        return SyncScope(merchant_id, only_failed=request.only_failed)
    card = await find_card(sessions, request.card_code, merchant_id)
    return SyncScope(card.merchant_id, card.card_id, request.only_failed)


async def _failed_in(sessions: Sessions, run_id: UUID) -> SyncScope:
    """The cards that failed in this run."""
    async with sessions.committing() as session:
        run = (await get_run(session, run_id))[0]
    if run.name != SYNC_PASSES:
        raise TaskRunNotFound
    return SyncScope(run.merchant_id, card_ids=tuple(UUID(card_id) for card_id in run.failures))


@dataclass(frozen=True, slots=True)
class FoundCard:
    merchant_id: UUID
    card_id: UUID
    merchant_code: str


async def find_card(sessions: Sessions, code_or_id: str, merchant_id: UUID | None = None) -> FoundCard:
    """Of any merchant, or of this one. Raises CardNotFound."""
    card_id = _id(code_or_id)
    if card_id is not None:
        return await _by_id(sessions, card_id, merchant_id)
    code = normalize(code_or_id)
    if code is None:
        raise CardNotFound
    for candidate in await list_merchant_ids(sessions, merchant_id):
        card = await _find_one(sessions, candidate, Card.code == code)
        if card is not None:
            return card
    raise CardNotFound


async def _by_id(sessions: Sessions, card_id: UUID, merchant_id: UUID | None) -> FoundCard:
    async with sessions.committing() as session:
        owner = await session.scalar(select(func.merchant_of_card(card_id)))
    card = await _find_one(sessions, owner, Card.id == card_id) if owner and merchant_id in {None, owner} else None
    if card is None:
        raise CardNotFound
    return card


async def _find_one(sessions: Sessions, merchant_id: UUID, condition: ColumnElement[bool]) -> FoundCard | None:
    query = (
        select(Card.id, Merchant.code)
        .join(Merchant, Merchant.id == Card.merchant_id)
        .where(Card.merchant_id == merchant_id, condition)
    )
    async with sessions.committing(merchant_id) as session:
        row = (await session.execute(query)).one_or_none()
    return FoundCard(merchant_id, row[0], row[1]) if row is not None else None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None

"""What somebody means who knows only codes, or an id that a run has named."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from backend.core.database import Sessions
from backend.loyalty.cards.code import normalize
from backend.loyalty.cards.models import Card
from backend.loyalty.ledger.problems import CardNotFound
from backend.merchants.models import Merchant
from backend.merchants.queries import get_merchant_id, list_merchant_ids
from backend.operations.task_runs.problems import TaskRunNotFound
from backend.operations.task_runs.queries import get_run
from backend.operations.wallets.schemas import SyncRequest
from backend.wallets.due import SyncScope
from backend.wallets.jobs import SYNC_PASSES


async def scope_of(sessions: Sessions, asked: SyncRequest) -> SyncScope:
    """Raises MerchantNotFound, CardNotFound or TaskRunNotFound."""
    if asked.run_id is not None:
        return await _failed_in(sessions, asked.run_id)
    merchant_id = await get_merchant_id(sessions, asked.merchant_code) if asked.merchant_code else None
    if asked.card_code is None:
        return SyncScope(merchant_id, only_failed=asked.only_failed)
    card = await find_card(sessions, asked.card_code, merchant_id)
    return SyncScope(card.merchant_id, card.card_id, asked.only_failed)


async def _failed_in(sessions: Sessions, run_id: UUID) -> SyncScope:
    """The cards that failed in this run over passes."""
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


async def find_card(sessions: Sessions, told: str, merchant_id: UUID | None = None) -> FoundCard:
    """By its code or its id, of whatever merchant. Raises CardNotFound."""
    card_id = _id(told)
    if card_id is not None:
        return await _by_id(sessions, card_id, merchant_id)
    code = normalize(told)
    if code is None:
        raise CardNotFound
    for candidate in await list_merchant_ids(sessions, merchant_id):
        found = await _look(sessions, candidate, Card.code == code)
        if found is not None:
            return found
    raise CardNotFound


async def _by_id(sessions: Sessions, card_id: UUID, merchant_id: UUID | None) -> FoundCard:
    async with sessions.committing() as session:
        owner = await session.scalar(select(func.merchant_of_card(card_id)))
    found = await _look(sessions, owner, Card.id == card_id) if owner and merchant_id in {None, owner} else None
    if found is None:
        raise CardNotFound
    return found


async def _look(sessions: Sessions, merchant_id: UUID, wanted: ColumnElement[bool]) -> FoundCard | None:
    found = (
        select(Card.id, Merchant.code)
        .join(Merchant, Merchant.id == Card.merchant_id)
        .where(Card.merchant_id == merchant_id, wanted)
    )
    async with sessions.committing(merchant_id) as session:
        row = (await session.execute(found)).one_or_none()
    return FoundCard(merchant_id, row[0], row[1]) if row is not None else None


def _id(told: str) -> UUID | None:
    try:
        return UUID(told.strip())
    except ValueError:
        return None

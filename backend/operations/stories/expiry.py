"""Why points that have expired are not booked as such. In English."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from backend.loyalty.ledger.booking.state import CardState
from backend.operations.ledger.points import EXPIRY
from backend.operations.stories.stock import expired_amount
from backend.operations.task_runs.last_runs import find_failed_run
from backend.operations.task_runs.models import TaskRun


class ExpiryFailure(Struct, frozen=True):
    run_id: UUID
    failed_at: datetime
    """When that run ended."""
    reason: str
    retry_command: str


async def find_expiry_failure(
    session: AsyncSession, state: CardState, merchant_code: str, now: datetime
) -> ExpiryFailure | None:
    """Of the newest run that has failed on this card, unless all that is not booked has expired since."""
    if not expired_amount(state, now):
        return None
    card = state.card
    run = await find_failed_run(session, EXPIRY.name, card.merchant_id, card.id, now)
    if run is None or run.finished_at is None or not expired_amount(state, run.created_at):
        return None
    return ExpiryFailure(run.id, run.finished_at, run.failures[str(card.id)], _retry_command(run, merchant_code))


def _retry_command(run: TaskRun, merchant_code: str) -> str:
    """A retry is of a run over all merchants, or of one over this one."""
    return "orion points expire --failed" + (f" --merchant {merchant_code}" if run.merchant_id else "")

"""Give expired points back, with a reason."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from backend.core.origin import Origin
from backend.loyalty.ledger import checks, rules
from backend.loyalty.ledger.draft import Draft
from backend.loyalty.ledger.events import PointsRestored
from backend.loyalty.ledger.problems import RestoreExceedsExpired, UnitNotOffered
from backend.loyalty.ledger.rows import TransactionRow
from backend.loyalty.ledger.schemas import Restoration, RestorationView
from backend.loyalty.ledger.state import CardState
from backend.loyalty.ledger.views import Show

RESTORABLE_POINTS = "SELECT restorable_points($1, $2)"


@dataclass(slots=True)
class RestorePoints:
    card_id: UUID
    body: Restoration
    by: Origin
    kind: str = "restored"
    needs_pin: bool = False
    _restorable: int = 0
    _row: TransactionRow | None = None

    async def read(self, pool: asyncpg.Pool) -> None:
        self._restorable = await pool.fetchval(RESTORABLE_POINTS, self.by.merchant_id, self.card_id)

    def check(self, state: CardState) -> None:
        checks.check_card(state)
        if not state.program.has_points:
            raise UnitNotOffered

    def decide(self, draft: Draft) -> None:
        """What this booking itself finds expired can be restored with it."""
        points = self.body.points
        restorable = self._restorable + _expired_now(draft)
        if points > restorable:
            raise RestoreExceedsExpired(restorable=restorable)
        row = draft.transaction("restored", "points", points, reason=self.body.reason)
        draft.grant(row, points, rules.restored_life(draft.state.terms, draft.moment))
        draft.touch()
        draft.close(row)
        draft.record(PointsRestored(row.card_id, row.id, points))
        self._row = row

    def answer(self, draft: Draft, show: Show) -> tuple[int, RestorationView]:
        assert self._row is not None, "answered after it was decided"
        return 201, RestorationView(show.own_line(self._row, draft), show.card(draft.state))


def _expired_now(draft: Draft) -> int:
    return -sum(row.amount for row in draft.transactions if (row.kind, row.unit) == ("expired", "points"))

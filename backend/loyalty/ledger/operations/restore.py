"""Give expired points back, with a reason."""

from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
import msgspec

from backend.core.origin import Origin
from backend.loyalty.ledger import rules
from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.rows import TransactionRow
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.events import PointsRestored
from backend.loyalty.ledger.problems import RestoreExceedsExpired, UnitNotOffered
from backend.loyalty.ledger.schemas import Restoration, RestorationView
from backend.loyalty.ledger.views import Show

RESTORABLE_LOTS = "SELECT restorable_lots($1, $2)"


class Restorable(msgspec.Struct, frozen=True):
    """What was granted together, whichever cards merges have taken it to."""

    lot_id: UUID
    """It was first granted as."""
    points: int
    """Expired, less what was restored; below zero for a lot restored of nobody knows what."""
    settled: int
    """What returns of its sale took without finding it: what has expired, or was forgiven."""
    open_ids: list[UUID]
    """The lots that hold what is left of it."""

    def left(self, draft: BookingDraft) -> int:
        """What this booking itself finds expired can be restored with it; what belongs to a returned sale cannot."""
        points = self.points + draft.expired_of(self.open_ids)
        return max(points - self.settled, min(points, 0))


_origins = msgspec.json.Decoder(list[Restorable])


@dataclass(slots=True)
class RestorePoints:
    card_id: UUID
    body: Restoration
    by: Origin
    kind: str = "restored"
    needs_pin: bool = False
    _origins: list[Restorable] = field(default_factory=list)
    _row: TransactionRow | None = None

    async def read(self, pool: asyncpg.Pool) -> None:
        self._origins = _origins.decode(await pool.fetchval(RESTORABLE_LOTS, self.by.merchant_id, self.card_id))

    def check(self, state: CardState) -> None:
        checks.check_card(state)
        if not state.program.has_points:
            raise UnitNotOffered

    def decide(self, draft: BookingDraft) -> None:
        """What came last is restored first, each as the points it was: a return of their sale finds them."""
        points, left = self.body.points, [(origin.lot_id, origin.left(draft)) for origin in self._origins]
        restorable = max(0, sum(part for _, part in left))
        if points > restorable:
            raise RestoreExceedsExpired(restorable=restorable)
        row = draft.transaction("restored", "points", points, reason=self.body.reason)
        life = rules.restored_life(draft.state.terms, draft.moment)
        for part in rules.give_back([entry for entry in left if entry[1] > 0], 0, points):
            draft.grant(row, part.amount, life).from_lot_id = part.lot_id
        draft.touch()
        draft.close(row)
        draft.record(PointsRestored(row.card_id, row.id, points))
        self._row = row

    def answer(self, draft: BookingDraft, show: Show) -> tuple[int, RestorationView]:
        assert self._row is not None, "answered after it was decided"
        return 201, RestorationView(show.own_line(self._row, draft), show.card(draft.state))

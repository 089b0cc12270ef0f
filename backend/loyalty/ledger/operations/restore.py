"""Give expired points back, with a reason."""

from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

import asyncpg
import msgspec

from backend.loyalty.ledger.booking import checks
from backend.loyalty.ledger.booking.decided import Decided
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.operation import Operation
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.events import PointsRestored
from backend.loyalty.ledger.problems.bookings import RestoreExceedsExpired, UnitNotOffered
from backend.loyalty.ledger.rules.expiry import restored_life
from backend.loyalty.ledger.rules.lots import give_back
from backend.loyalty.ledger.schemas.bookings import Restoration, RestorationView
from backend.loyalty.ledger.views import Show

RESTORABLE_LOTS = "SELECT restorable_lots($1, $2)"


class Restorable(msgspec.Struct, frozen=True):
    """A lot as it was first granted, with everything that has come of it, on all cards that merges moved it to."""

    lot_id: UUID
    points: int
    """Expired, less what was restored; below zero for a lot restored of nobody knows what."""
    settled: int
    """What returns of its sale took without finding it: points that had expired, or were forgiven."""
    open_ids: list[UUID]
    """The lots that hold what is left of it."""

    def left(self, draft: BookingDraft) -> int:
        """Points this booking itself has found expired count; points of a returned sale do not."""
        points = self.points + draft.lots.expired_of(self.open_ids)
        return max(points - self.settled, min(points, 0))


_decoder = msgspec.json.Decoder(list[Restorable])


@dataclass(frozen=True, slots=True)
class RestorePoints(Operation):
    kind = "restored"
    is_audited = True
    body: Restoration
    restorable: tuple[Restorable, ...] = ()

    async def read(self, pool: asyncpg.Pool, state: CardState) -> Self:
        document = await pool.fetchval(RESTORABLE_LOTS, state.card.merchant_id, state.card.id)
        return replace(self, restorable=tuple(_decoder.decode(document)))

    def check(self, state: CardState) -> None:
        checks.check_card(state)
        if not state.program.has_points:
            raise UnitNotOffered

    def decide(self, draft: BookingDraft) -> Decided:
        """Restores what came last first. Each lot keeps its origin, so that a return of its sale finds it."""
        points, left = self.body.points, [(lot.lot_id, lot.left(draft)) for lot in self.restorable]
        total = max(0, sum(part for _, part in left))
        if points > total:
            raise RestoreExceedsExpired(restorable=total)
        line = draft.open_line("points")
        life = restored_life(draft.state.terms, draft.moment)
        for part in give_back([entry for entry in left if entry[1] > 0], 0, points):
            draft.lots.grant(line, part.amount, life, from_lot_id=part.lot_id)
        draft.touch()
        row = draft.close_line(line, "restored", points, reason=self.body.reason)
        draft.record(PointsRestored(row.card_id, row.id, points))
        return Decided((row,))

    def answer(self, decided: Decided, draft: BookingDraft, show: Show) -> RestorationView:
        return RestorationView(show.line(decided.rows[0], draft), show.card(draft.state))

"""A person decides what waits: it is booked as if it had come in time, or dismissed. Once, and audited.

The row stays locked while the ledger books, and the tablet's own id is the key there: neither two people nor the tablet
that sends it again book it twice.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_change
from backend.core.idempotency import FIRST_REFUSAL
from backend.core.origin import Origin
from backend.core.problems import Problem
from backend.loyalty.enrollment.actions import Enrollment
from backend.loyalty.ledger.booking.request import Proof
from backend.loyalty.ledger.booking.tries import PATIENCE_SECONDS
from backend.loyalty.ledger.problems.bookings import AlreadyBooked
from backend.loyalty.ledger.problems.limits import OverrideRefused
from backend.loyalty.offline.entries import BatchEntry
from backend.loyalty.offline.items import read_item
from backend.loyalty.offline.models import DeviceOperation
from backend.loyalty.offline.operations import OfflineBooking, book
from backend.loyalty.offline.outcomes import read_booked
from backend.loyalty.offline.problems import AlreadyDecided, CannotBeBooked
from backend.loyalty.offline.review.queries import lock_operation
from backend.loyalty.offline.review.rights import ReviewRights
from backend.loyalty.offline.schemas.review import ReviewDecision, ReviewOutcome
from backend.loyalty.offline.targets import find_targets

ANY_AGE = timedelta(days=36500)


@dataclass(frozen=True, slots=True)
class Review:
    """`origin`: of the person who decides."""

    enrollment: Enrollment
    origin: Origin
    rights: ReviewRights

    async def decide(self, row_id: UUID, decision: ReviewDecision) -> ReviewOutcome:
        """The same decision again changes nothing. Decisions of a merchant take turns: each keeps a connection while
        it is booked with another, and many at once would leave none.

        Raises OperationNotFound, AlreadyDecided, CannotBeBooked, OverrideRefused, Forbidden, CardBusy, and what the
        booking raises.
        """
        state = "booked" if decision.decision == "book" else "dismissed"
        merchant_id, until = self.origin.merchant_id, asyncio.get_running_loop().time() + PATIENCE_SECONDS
        turn = self.enrollment.ledger.turn(merchant_id, until=until)
        async with turn, self.enrollment.sessions.committing(merchant_id) as session:
            row = await lock_operation(session, self.origin, row_id, self.rights.devices)
            if row.is_open:
                if state == "booked":
                    await self._book(session, row, decision)
                self._note(session, row, state, decision)
            elif row.state != state:
                raise AlreadyDecided
        return ReviewOutcome(row.id, state, row.transaction_id, row.card_id)  # type: ignore[arg-type]

    async def _book(self, session: AsyncSession, row: DeviceOperation, decision: ReviewDecision) -> None:
        if decision.override and not self.rights.may_override:
            raise OverrideRefused
        origin = replace(self.origin, store_id=row.store_id, device_id=row.device_id)
        booking = await self._offline_booking(session, row, origin, is_forced=decision.override)
        try:
            reply = await book(self.enrollment, origin, booking)
        except AlreadyBooked as problem:
            row.transaction_id = problem.facts["transaction_id"]
            return
        if reply.status >= FIRST_REFUSAL:
            raise CannotBeBooked
        for name, value in read_booked(reply.body).items():
            setattr(row, name, value)
        row.status = reply.status

    async def _offline_booking(
        self, session: AsyncSession, row: DeviceOperation, origin: Origin, *, is_forced: bool
    ) -> OfflineBooking:
        """Raises CannotBeBooked or Forbidden."""
        try:
            item, body = read_item(row.content or {})
        except Problem as problem:
            raise CannotBeBooked from problem
        self.rights.check_booking(body, row.store_id)
        targets = await find_targets(session, origin, [BatchEntry(item.id, row, item, body)])
        card_id = targets.card_of(item)
        return OfflineBooking(
            row.operation_id,
            body,
            min(row.used_at or row.received_at, origin.now),
            Proof(None, lifts_limits=is_forced),
            card_id=await self._in_use(session, card_id) if card_id else None,
            transaction_id=targets.voided_by(item),
            allowance_id=item.allowance_id,
            oldest=ANY_AGE,
            is_forced=is_forced,
            is_own=False,
        )

    async def _in_use(self, session: AsyncSession, card_id: UUID) -> UUID:
        """The card that a merged one goes on as."""
        in_use: UUID | None = await session.scalar(select(func.card_in_use(self.origin.merchant_id, card_id)))
        return in_use or card_id

    def _note(self, session: AsyncSession, row: DeviceOperation, state: str, decision: ReviewDecision) -> None:
        origin, was = self.origin, row.state
        row.state, row.decided_at, row.decided_by = state, origin.now, origin.user_id
        row.decision_reason, row.content = decision.reason, None
        booked = {"transaction_id": str(row.transaction_id)} if row.transaction_id else {}
        override = {"override": True} if decision.override and state == "booked" else {}
        facts = {"state": state, "device_id": str(row.device_id), "waited_for": row.reason or "unfinished"}
        record_change(
            session,
            origin,
            "device.operation_decided",
            subject_id=row.id,
            before={"state": was},
            after=facts | booked | override,
            reason=decision.reason,
        )

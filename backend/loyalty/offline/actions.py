"""Books a batch: what is about one card in its order, several cards at once, a bad operation for itself.

It uses a few connections of the pool, so that the tills keep theirs, and none of the limits of requests per minute.
"""

import asyncio
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import structlog

from backend.core.idempotency import FIRST_REFUSAL, IdempotencyKeyReused, Reply
from backend.core.outages import server_away
from backend.core.problems import Problem, ValidationFailed
from backend.core.schemas import FieldError
from backend.loyalty.enrollment.actions import Enrollment
from backend.loyalty.ledger.booking.request import Proof
from backend.loyalty.ledger.problems.bookings import AlreadyBooked
from backend.loyalty.ledger.queries import get_setup
from backend.loyalty.offline.entries import BatchEntry, problem_body, refused_with, settle
from backend.loyalty.offline.inbox import Inbox, offset_ms
from backend.loyalty.offline.operations import OfflineBooking, book
from backend.loyalty.offline.outcomes import read_booked, save
from backend.loyalty.offline.problems import DependencyRefused, OperationDismissed
from backend.loyalty.offline.rules.moments import TabletClock
from backend.loyalty.offline.rules.reasons import LATER, reason_of
from backend.loyalty.offline.schemas.batches import BatchView, DeviceBatch
from backend.loyalty.offline.sender import BatchSender
from backend.loyalty.offline.targets import Targets, find_targets
from i18n.translator import N_

WORKERS_MAX = 4
SECONDS_MAX = 20
"""What is not reached by then, the tablet sends again."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class BatchIntake:
    enrollment: Enrollment
    sender: BatchSender
    batch: DeviceBatch

    async def run(self) -> BatchView:
        """Raises ValidationFailed for a time without an offset, and RateLimited."""
        batch, origin = self.batch, self.sender.origin
        if batch.device_time.tzinfo is None:
            raise ValidationFailed(FieldError("/device_time", "zone", expected="date-time"))
        clock = TabletClock(batch.device_time, batch.elapsed_realtime_ms, batch.boot_id, origin.now)
        setup = await get_setup(self.enrollment.ledger.pool, origin)
        sessions, keys = self.enrollment.sessions, self.enrollment.keys
        entries = await Inbox(sessions, keys, self.sender, setup, batch, clock).take()
        if any(entry.is_due for entry in entries):
            async with sessions.committing(origin.merchant_id) as session:
                targets = await find_targets(session, origin, entries)
            await self._book_all(entries, targets)
            await save(sessions, origin.merchant_id, entries)
        results = [entry.result(batch.batch_id, self._final(entry)) for entry in entries]
        return BatchView(origin.now, offset_ms(clock), results)

    def _final(self, entry: BatchEntry) -> dict[str, Any] | None:
        """The problem of what is not kept, or was dismissed."""
        if entry.row is not None:
            return self._body(OperationDismissed()) if entry.row.state == "dismissed" else None
        if entry.operation_id is None:
            return self._body(ValidationFailed(FieldError("/id", "invalid", N_("Send 1 to 128 printable characters."))))
        return self._body(IdempotencyKeyReused(entry.operation_id, "not_booked", None))

    async def _book_all(self, entries: list[BatchEntry], targets: Targets) -> None:
        waiting, moment = iter(targets.groups(entries)), asyncio.get_running_loop().time
        ends_at = moment() + SECONDS_MAX

        async def work() -> None:
            for group in waiting:
                for entry in group:
                    if moment() >= ends_at:
                        return
                    await self._book_one(entry, targets)

        connections: int = self.enrollment.ledger.pool.get_max_size()
        await asyncio.gather(*(work() for _ in range(max(1, min(WORKERS_MAX, connections // 4)))))

    async def _book_one(self, entry: BatchEntry, targets: Targets) -> None:
        row = entry.row
        assert row is not None, "only what is kept is booked"
        try:
            if self._waits_for_card(entry, targets):
                return
            reply = await self._booked(entry, targets)
        except AlreadyBooked as problem:
            settle(row, "applied", status=200, transaction_id=problem.facts["transaction_id"], was_online=True)
        except Problem as problem:
            self._refuse(entry, problem)
        except Exception as error:
            if server_away(error):
                return
            log.exception("offline_operation_failed", operation=str(row.id), error=type(error).__name__)
            settle(row, "review", reason="failed")
        else:
            self._note(entry, reply, targets)

    def _waits_for_card(self, entry: BatchEntry, targets: Targets) -> bool:
        """The card is made by another operation that is not booked. Raises DependencyRefused."""
        assert entry.item is not None, "it was read"
        assert entry.row is not None, "it is kept"
        item, enrolled = entry.item, targets.by_ref.get(entry.item.local_ref or "")
        if item.op == "enroll" or item.card_id or item.card_code or enrolled is None or enrolled.card_id:
            return False
        if enrolled.state in {"refused", "dismissed"}:
            raise DependencyRefused
        if enrolled.state == "review":
            settle(entry.row, "review", reason="depends")
        return True

    async def _booked(self, entry: BatchEntry, targets: Targets) -> Reply:
        row, item, body = entry.row, entry.item, entry.body
        assert row is not None, "it is kept"
        assert row.used_at is not None, "it was judged"
        assert item is not None, "it was read"
        assert body is not None, "it was read"
        booking = OfflineBooking(
            row.operation_id,
            body,
            row.used_at,
            Proof(entry.staff_pin_id),
            card_id=targets.card_of(item),
            transaction_id=targets.voided_by(item),
            allowance_id=item.allowance_id,
        )
        return await book(self.enrollment, replace(self.sender.origin, user_id=row.user_id), booking)

    def _note(self, entry: BatchEntry, reply: Reply, targets: Targets) -> None:
        row = entry.row
        assert row is not None, "it is kept"
        if reply.status >= FIRST_REFUSAL:
            # The call online was refused, and the same key gets the same answer for ever.
            settle(row, "refused", status=reply.status, problem=msgspec.json.decode(reply.body))
            return
        booked = read_booked(reply.body)
        was_online = reply.replayed and not entry.is_known
        settle(row, "applied", status=reply.status, was_online=was_online, **booked)
        targets.note(row)

    def _refuse(self, entry: BatchEntry, problem: Problem) -> None:
        row, reason = entry.row, reason_of(problem.code)
        assert row is not None, "it is kept"
        if problem.code in LATER:
            return
        if reason is None:
            refused_with(row, problem, self._body(problem))
        else:
            settle(row, "review", reason=reason, problem=self._body(problem))

    def _body(self, problem: Problem) -> dict[str, Any]:
        origin = self.sender.origin
        return problem_body(problem, origin.language, origin.instance, origin.request_id)

"""Takes a batch in: every operation is kept and judged before the first one is booked, in one transaction.

So nothing that a tablet hands in is lost, an upload that breaks off is continued by the next, and what was counted
against a grant is not counted again.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.bodies import has_control
from backend.core.database import Sessions
from backend.core.ids import new_id
from backend.core.keys import KeyRing
from backend.loyalty.ledger.booking.setup import Setup
from backend.loyalty.offline.boxes import OpenedOperation, open_operation
from backend.loyalty.offline.entries import BatchEntry, problem_body
from backend.loyalty.offline.intake_limits import keep_to_limits
from backend.loyalty.offline.items import find_envelope, fingerprint_of, read_item, storable
from backend.loyalty.offline.judgement import Judge, OpenGrant, OperationVerdict
from backend.loyalty.offline.models import DeviceOperation
from backend.loyalty.offline.open_grants import open_grants
from backend.loyalty.offline.rules.moments import TabletClock, storable_moment
from backend.loyalty.offline.schemas.batches import DeviceBatch
from backend.loyalty.offline.sender import BatchSender
from backend.staff_pins.grants.queries import get_offline_limits

TRIES = 3
OP_MAX, LOCAL_REF_MAX = 20, 64


@dataclass(frozen=True, slots=True)
class Inbox:
    sessions: Sessions
    keys: KeyRing
    sender: BatchSender
    setup: Setup
    batch: DeviceBatch
    clock: TabletClock

    async def take(self) -> list[BatchEntry]:
        """One for each operation, in the order of the request. Raises RateLimited."""
        opened = await asyncio.to_thread(self._open)
        for _ in range(TRIES - 1):
            try:
                return await self._keep(opened)
            except IntegrityError:
                # The same batch is taken in by another request at this moment.
                continue
        return await self._keep(opened)

    def _open(self) -> list[OpenedOperation | None]:
        device_id = self.sender.origin.device_id
        assert device_id is not None, "a tablet hands in batches"
        envelopes = [(find_envelope(sent), sent) for sent in self.batch.operations]
        return [
            open_operation(self.keys, device_id, envelope, sent) if envelope else None for envelope, sent in envelopes
        ]

    async def _keep(self, opened: list[OpenedOperation | None]) -> list[BatchEntry]:
        origin = self.sender.origin
        readable = [each for each in opened if each is not None]
        async with self.sessions.committing(origin.merchant_id) as session:
            grant_ids = {each.envelope.grant_id for each in readable if each.envelope.grant_id}
            grants = await open_grants(session, self.keys, origin, sorted(grant_ids))
            named = {each.envelope.id for each in readable}
            known = await self._known(session, named)
            await keep_to_limits(session, origin, len(named - known.keys()))
            judge = await self._judge(session, grants.open)
            entries = [BatchEntry(each.envelope.id if each else None) for each in opened]
            in_order = sorted(
                zip(opened, entries, strict=True), key=lambda pair: pair[0].envelope.seq if pair[0] else 0
            )
            for each, entry in in_order:
                if each is not None:
                    self._enter(session, entry, each, known, judge)
            await grants.write_back(session, origin, self.setup.policy)
            await session.flush()
        return entries

    async def _judge(self, session: AsyncSession, grants: dict[Any, OpenGrant]) -> Judge:
        origin = self.sender.origin
        assert origin.device_id is not None, "a tablet hands in batches"
        limits = await get_offline_limits(session, origin.merchant_id, origin.device_id)
        window = timedelta(hours=limits.window_hours)
        return Judge(self.clock, window, self.setup.terms, self.sender.is_revoked, grants)

    async def _known(self, session: AsyncSession, operation_ids: set[str]) -> dict[str, DeviceOperation]:
        """Locked: nobody decides about them now."""
        origin = self.sender.origin
        own = DeviceOperation.merchant_id == origin.merchant_id, DeviceOperation.device_id == origin.device_id
        rows = await session.scalars(
            select(DeviceOperation)
            .where(*own, DeviceOperation.operation_id.in_(operation_ids))
            .order_by(DeviceOperation.operation_id)
            .with_for_update()
        )
        return {row.operation_id: row for row in rows}

    def _enter(
        self,
        session: AsyncSession,
        entry: BatchEntry,
        opened: OpenedOperation,
        known: dict[str, DeviceOperation],
        judge: Judge,
    ) -> None:
        """An operation that is known is not judged again."""
        grant = judge.grant_of(opened)
        entry.staff_pin_id = grant.staff_pin_id if grant else None
        fingerprint = fingerprint_of(opened.content)
        row = known.get(opened.envelope.id)
        entry.is_repeated = row is not None and row in session.new
        if row is None:
            verdict = judge.judge(opened)
            entry.row = known[opened.envelope.id] = self._row(opened, verdict, grant, fingerprint)
            entry.item, entry.body = verdict.item, verdict.body
            session.add(entry.row)
        elif row.fingerprint != fingerprint:
            entry.is_other = True
        else:
            entry.row, entry.is_known = row, not entry.is_repeated
            if row.state == "received" and not entry.is_repeated:
                # It waits for nobody while it is booked.
                row.received_at = self.sender.origin.now
                entry.item, entry.body = read_item(opened.content)

    def _row(
        self, opened: OpenedOperation, verdict: OperationVerdict, grant: OpenGrant | None, fingerprint: bytes
    ) -> DeviceOperation:
        origin, item, problem = self.sender.origin, verdict.item, verdict.problem
        asked = origin.language, origin.instance, origin.request_id
        return DeviceOperation(
            merchant_id=origin.merchant_id,
            id=new_id(),
            device_id=origin.device_id,
            store_id=origin.till_store_id,
            operation_id=opened.envelope.id,
            fingerprint=fingerprint,
            batch_id=self.batch.batch_id,
            seq=opened.envelope.seq,
            op=_text(opened.content.get("op"), OP_MAX),
            grant_id=opened.envelope.grant_id if grant else None,
            user_id=grant.user_id if grant else None,
            local_ref=_text(opened.content.get("local_ref"), LOCAL_REF_MAX),
            content=storable(opened.content) if verdict.state != "refused" else None,
            occurred_at=storable_moment(item.occurred_at) if item else None,
            used_at=verdict.used_at,
            clock_offset_ms=offset_ms(self.clock),
            received_at=origin.now,
            state=verdict.state,
            reason=verdict.reason,
            status=problem.status if problem else None,
            problem=problem_body(problem, *asked) if problem else None,
        )


def _text(value: Any, longest: int) -> str | None:
    """Also of an operation that cannot be read whole: others may name it."""
    return value[:longest] if isinstance(value, str) and not has_control(value) else None


def offset_ms(clock: TabletClock) -> int:
    return round(clock.offset / timedelta(milliseconds=1))

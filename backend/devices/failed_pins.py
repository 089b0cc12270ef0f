"""Wrong PINs that were entered on a device while it was offline: they count toward the same lockout as any others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit.actions import record_change
from backend.core.events import record
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.core.problems import RateLimited
from backend.devices.events import PinLockedOffline
from backend.devices.models import FailedPinReport
from backend.devices.queries import lock_device
from backend.devices.schemas.pins import FailedPin, FailedPinAnswer
from backend.staff_pins.actions import LOCKED_PEOPLE_MAX, PinPolicy
from backend.staff_pins.models import WRONG_MAX, StaffPin
from backend.staff_pins.problems import StaffNotHere

PER_HOUR_MAX = 60
"""Wrong attempts that one device may report: it cannot be used to lock everybody out."""
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class FailedPins:
    """Reported by the device of `origin`."""

    session: AsyncSession
    origin: Origin
    policy: PinPolicy

    async def report(self, user_id: UUID, reports: Sequence[FailedPin]) -> FailedPinAnswer:
        """Counts each event once. Raises StaffNotHere, DeviceNotFound or RateLimited."""
        assert self.origin.device_id is not None, "reported by a device"
        await lock_device(self.session, self.origin, self.origin.device_id, None)
        await self._check_person(user_id)
        fresh = await self._not_reported(reports)
        await self._keep_to_limit(sum(report.count for report in fresh))
        for report in fresh:
            self._add(user_id, report)
        pin = await self._lock_pin(user_id)
        if pin is not None and fresh:
            await self._count(pin, sum(report.count for report in fresh))
        return self._answer(pin, is_duplicate=not fresh)

    async def count_wrong(self, user_id: UUID, count: int) -> None:
        """Wrong PINs that show by what they sealed, each once."""
        pin = await self._lock_pin(user_id)
        if pin is not None:
            await self._count(pin, count)

    async def _check_person(self, user_id: UUID) -> None:
        here = self.origin.merchant_id, self.origin.till_store_id, user_id
        if await self.session.scalar(select(cast(func.store_person(*here), Text))) is None:
            raise StaffNotHere

    async def _not_reported(self, reports: Sequence[FailedPin]) -> list[FailedPin]:
        unique = {report.event_id: report for report in reports}
        known = select(FailedPinReport.event_id).where(*self._own(), FailedPinReport.event_id.in_(unique))
        seen = set(await self.session.scalars(known))
        return [report for event_id, report in unique.items() if event_id not in seen]

    async def _keep_to_limit(self, count: int) -> None:
        recent = FailedPinReport.reported_at > self.origin.now - HOUR
        counted = await self.session.scalar(select(func.sum(FailedPinReport.count)).where(*self._own(), recent))
        if count and (counted or 0) + count > PER_HOUR_MAX:
            raise RateLimited(int(HOUR.total_seconds()))

    def _own(self) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        merchant_id, device_id = self.origin.merchant_id, self.origin.device_id
        return FailedPinReport.merchant_id == merchant_id, FailedPinReport.device_id == device_id

    def _add(self, user_id: UUID, report: FailedPin) -> None:
        self.session.add(
            FailedPinReport(
                merchant_id=self.origin.merchant_id,
                device_id=self.origin.device_id,
                event_id=report.event_id,
                user_id=user_id,
                count=report.count,
                occurred_at=report.occurred_at,
                reported_at=self.origin.now,
            )
        )

    async def _lock_pin(self, user_id: UUID) -> StaffPin | None:
        own = StaffPin.merchant_id == self.origin.merchant_id, StaffPin.user_id == user_id, StaffPin.is_active
        row: StaffPin | None = await self.session.scalar(select(StaffPin).where(*own).with_for_update())
        return row

    async def _count(self, pin: StaffPin, count: int) -> None:
        """As `begin_pin_attempt` counts a wrong one; also while it is locked, because guesses went on offline."""
        now, before = self.origin.now, pin.state(self.origin.now)
        pin.wrong_in_a_row += count
        if before == "set":
            pin.failed_count = count + (0 if pin.locked_until is not None else pin.failed_count)
            is_locked = pin.failed_count >= self.policy.lockout_attempts
            pin.locked_until = now + timedelta(minutes=self.policy.lockout_minutes) if is_locked else None
        after = pin.state(now)
        await self.session.flush()
        facts = {"count": count, "state": after}
        record_change(self.session, self.origin, "pin.failed_offline", subject_id=pin.user_id, after=facts)
        if after not in {"set", before}:
            await self._tell(pin)

    async def _tell(self, pin: StaffPin) -> None:
        origin, event_id = self.origin, new_id()
        assert origin.device_id is not None, "reported by a device"
        people = origin.merchant_id, origin.device_id, pin.user_id, LOCKED_PEOPLE_MAX, event_id, origin.now
        await self.session.scalar(select(func.note_locked_person(*people)))
        event = PinLockedOffline(device_id=origin.device_id, user_id=pin.user_id)
        record(self.session, origin.merchant_id, event, origin.now)

    def _answer(self, pin: StaffPin | None, *, is_duplicate: bool) -> FailedPinAnswer:
        state = pin.state(self.origin.now) if pin else "set"
        left = self.policy.lockout_attempts
        if pin is not None:
            failed = 0 if pin.locked_until is not None else pin.failed_count
            left = max(0, min(left - failed, WRONG_MAX - pin.wrong_in_a_row))
        return FailedPinAnswer(
            locked=state != "set",
            locked_until=pin.locked_until if pin and state == "locked" else None,
            remaining=left if state == "set" else 0,
            duplicate=is_duplicate,
        )

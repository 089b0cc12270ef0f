"""Holds each operation of a batch against its grant and the clock. What is in doubt waits for a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from backend.core.problems import PayloadTooLarge, Problem
from backend.loyalty.ledger.booking.setup import TermsState
from backend.loyalty.ledger.operations.basket import sale_of
from backend.loyalty.ledger.rules.accrual import worth_of
from backend.loyalty.ledger.schemas.bookings import Earn
from backend.loyalty.offline.boxes import OpenedOperation
from backend.loyalty.offline.items import ItemBody, OfflineItem, read_item
from backend.loyalty.offline.rules.moments import TabletClock, moment_of
from backend.loyalty.offline.rules.reasons import ReviewReason
from backend.staff_pins.grants.blob import is_mac_of
from backend.staff_pins.grants.rules import GrantUse


@dataclass(slots=True)
class OpenGrant:
    """A grant of the tablet, while a batch is judged."""

    user_id: UUID
    staff_pin_id: UUID | None
    secret: bytes | None
    use: GrantUse
    wrong_now: int = 0
    """Wrong MACs of this batch."""


@dataclass(frozen=True, slots=True)
class OperationVerdict:
    """`received`: it may be booked."""

    state: str
    reason: ReviewReason | None = None
    problem: Problem | None = None
    item: OfflineItem | None = None
    body: ItemBody | None = None
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Judge:
    clock: TabletClock
    window: timedelta
    terms: TermsState | None
    is_revoked: bool
    grants: Mapping[UUID, OpenGrant] = field(default_factory=dict)

    def judge(self, opened: OpenedOperation) -> OperationVerdict:
        """Counts it against its grant. MACs come first: a wrong one is a guess, whatever it is about. Of what is too
        large no MAC is looked at."""
        if opened.is_oversized:
            return OperationVerdict("refused", problem=PayloadTooLarge())
        fault = self._proof_fault(opened)
        try:
            item, body = read_item(opened.content) if opened.is_readable else (None, None)
        except Problem as problem:
            return OperationVerdict("review", fault) if fault else OperationVerdict("refused", problem=problem)
        if item is None or body is None:
            return OperationVerdict("review", fault or "unreadable")
        moment = moment_of(self.clock, item.occurred_at, item.occurred_elapsed_ms, item.boot_id, self.window)
        if item.id != opened.envelope.id:
            fault = fault or "unreadable"
        fault = fault or moment.fault or self._grant_fault(opened, item, body, moment.at)
        return OperationVerdict("review" if fault else "received", fault, None, item, body, moment.at)

    def _proof_fault(self, opened: OpenedOperation) -> ReviewReason | None:
        """Why nobody can be held responsible for it."""
        if self.is_revoked:
            return "device_revoked"
        if not opened.is_readable:
            return "unreadable"
        grant = self.grant_of(opened)
        if grant is None:
            return "no_grant"
        return None if grant.secret is None else _mac_fault(opened, grant, grant.secret)

    def grant_of(self, opened: OpenedOperation) -> OpenGrant | None:
        grant_id = opened.envelope.grant_id
        return self.grants.get(grant_id) if grant_id else None

    def _grant_fault(
        self, opened: OpenedOperation, item: OfflineItem, body: ItemBody, at: datetime
    ) -> ReviewReason | None:
        grant = self.grant_of(opened)
        assert grant is not None, "its proof was found good"
        return grant.use.take(item.op, self._worth(body), at)

    def _worth(self, body: ItemBody) -> int:
        """Whole points of a sale, before the ledger has decided."""
        if not isinstance(body, Earn) or self.terms is None:
            return 0
        return int(worth_of(sale_of(body).cents, self.terms.points_per_euro))


def _mac_fault(opened: OpenedOperation, grant: OpenGrant, secret: bytes) -> ReviewReason | None:
    """Counts a wrong one."""
    if not grant.use.may_verify:
        return "pin_locked"
    if opened.mac is None:
        return "unreadable"
    if not is_mac_of(secret, opened.text, opened.mac):
        grant.use.wrong_count += 1
        grant.wrong_now += 1
        return "wrong_pin"
    return None

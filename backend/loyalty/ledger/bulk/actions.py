"""The same change to thousands of cards: each booked by itself, so that a bad one never stops the others.

Answered in one request, without a job: two thousand cards take some seconds. Its workers are half as many as the pool
has connections, so that the tills keep theirs; what it has not reached after twenty seconds waits for the same request
to be sent again. That touches no card twice: each is booked with a key of its own, made of the request's.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import msgspec
import structlog

from backend.audit.rows import entry_row
from backend.audit.statements import write_entry
from backend.core.answers import AnswerRow, find_answer, keep_answer
from backend.core.idempotency import FIRST_REFUSAL, Key, Reply
from backend.core.problems import Internal, Problem, ValidationFailed
from backend.core.schemas import FieldError
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.booking.operation import Operation
from backend.loyalty.ledger.booking.request import BookingRequest
from backend.loyalty.ledger.bulk.schemas import BulkChange, BulkView, CardResult
from backend.loyalty.ledger.operations.adjust import AdjustPoints
from backend.loyalty.ledger.operations.change_state import DeactivateCard, ReactivateCard
from backend.loyalty.ledger.problems.cards import CardBusy
from backend.loyalty.ledger.schemas.bookings import ManualAdjustment
from backend.loyalty.ledger.schemas.cards import Standing
from i18n.translator import N_, get_translator

WORKERS_MAX = 8
SECONDS_MAX = 20
UNFINISHED = {"failed", "waiting"}

log = structlog.get_logger()
_encoder = msgspec.json.Encoder()


class CardRefusal(msgspec.Struct, frozen=True):
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Bulk:
    ledger: Ledger
    request: BookingRequest
    """Of the whole change; it names no card."""
    change: BulkChange

    async def run(self) -> Reply:
        """201 with a result for each card. Kept for the key once nothing is left to be tried again.

        Raises ValidationFailed, or IdempotencyKeyReused for a key that answered something else.
        """
        check_points(self.change)
        # A second one at the same time waits for the answer of the first: together they would take the till's
        # connections, and tell of the change twice.
        async with self.ledger.keyed_lock.of(("bulk", self.request.origin.merchant_id, self.request.key.value)):
            return await self._run()

    async def _run(self) -> Reply:
        origin, key = self.request.origin, self.request.key
        first = await find_answer(self.ledger.pool, origin.merchant_id, key)
        if first is not None:
            return first
        await self._audit()
        results = await self._change_all(list(dict.fromkeys(self.change.card_ids)))
        reply = Reply(201, _encoder.encode(bulk_view(results)))
        if not any(result.outcome in UNFINISHED for result in results):
            await keep_answer(self.ledger.pool, origin.merchant_id, AnswerRow.of(key, reply, origin.now))
        return reply

    async def _audit(self) -> None:
        """One entry for the whole, before the first card is booked; each card's transaction tells who and why."""
        change = self.change
        after = {"action": change.action, "card_count": len(set(change.card_ids))}
        points = {"points": change.points} if change.points else {}
        entry = entry_row(self.request.origin, "cards.changed_in_bulk", subject_id=None, after=after | points)
        await write_entry(self.ledger.pool, entry)

    async def _change_all(self, card_ids: list[UUID]) -> list[CardResult]:
        results: dict[UUID, CardResult] = {}
        waiting, moment = iter(card_ids), asyncio.get_running_loop().time
        ends_at = moment() + SECONDS_MAX

        async def work() -> None:
            for card_id in waiting:
                is_late = moment() >= ends_at
                results[card_id] = _waits(card_id) if is_late else await self._change(card_id)

        await asyncio.gather(*(work() for _ in range(_workers(self.ledger))))
        return [results[card_id] for card_id in card_ids]

    async def _change(self, card_id: UUID) -> CardResult:
        request = BookingRequest(self.request.origin, self._key(card_id), card_id=card_id, is_part_of_bulk=True)
        try:
            reply = await self.ledger.book(self._operation(), request)
        except CardBusy as problem:
            return self._result(card_id, "failed", problem)
        except Problem as problem:
            return self._result(card_id, "refused", problem)
        except Exception as error:  # one bad card never stops the others
            log.exception("bulk_card_failed", card=str(card_id), error=type(error).__name__)
            return self._result(card_id, "failed", Internal())
        if reply.status < FIRST_REFUSAL:
            return CardResult(card_id, "done", None, None)
        refusal = msgspec.json.decode(reply.body, type=CardRefusal)
        return CardResult(card_id, "refused", refusal.code, refusal.title)

    def _operation(self) -> Operation:
        change = self.change
        operations: dict[str, Callable[[], Operation]] = {
            "deactivate": lambda: DeactivateCard(Standing(change.reason)),
            "reactivate": lambda: ReactivateCard(Standing(change.reason)),
            "adjust": lambda: AdjustPoints(ManualAdjustment(change.points or 0, change.reason)),
        }
        return operations[change.action]()

    def _key(self, card_id: UUID) -> Key:
        """The same for the same request, so that a repetition finds what was done."""
        value = sha256(self.request.key.value.encode() + card_id.bytes).hexdigest()
        return Key(f"bulk {value}", self._fingerprint())

    def _fingerprint(self) -> str:
        change = self.change
        return sha256(_encoder.encode([change.action, change.points])).hexdigest()

    def _result(self, card_id: UUID, outcome: str, problem: Problem) -> CardResult:
        title = get_translator(self.request.origin.language).gettext(problem.title)
        return CardResult(card_id, outcome, problem.code, title)


def check_points(change: BulkChange) -> None:
    """Raises ValidationFailed for an adjustment without points, or points without an adjustment."""
    if (change.action == "adjust") != bool(change.points):
        raise ValidationFailed(
            FieldError("/points", "zero", N_("Enter a number other than 0, and only for an adjustment."))
        )


def bulk_view(results: list[CardResult]) -> BulkView:
    counts = Counter(result.outcome for result in results)
    return BulkView(counts["done"], counts["refused"], counts["failed"], counts["waiting"], results)


def _waits(card_id: UUID) -> CardResult:
    return CardResult(card_id, "waiting", None, None)


def _workers(ledger: Ledger) -> int:
    connections: int = ledger.pool.get_max_size()
    return max(1, min(WORKERS_MAX, connections // 2))

"""Books an operation: reads the card in one statement, decides by the rules, writes in one statement that proves the
card unchanged; when it has changed, reads and decides again. No lock is held in the database meanwhile: within this
process the bookings on one card take turns, and the write finds out what another process has booked."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import UUID

import asyncpg
import msgspec

from backend.core.answers import AnswerRow, keep_answer
from backend.core.idempotency import Reply
from backend.core.keyed_lock import KeyedLock
from backend.core.origin import Origin
from backend.core.problems import Problem
from backend.core.queue import WorkerNotifier
from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.ledger.booking.authorization import Authorization
from backend.loyalty.ledger.booking.decided import CREATED, Decided
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.limits import keep_within_limits
from backend.loyalty.ledger.booking.operation import JointOperation, Operation
from backend.loyalty.ledger.booking.request import BookingRequest
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.booking.tries import tries
from backend.loyalty.ledger.booking.writer import write, write_together
from backend.loyalty.ledger.metrics import BOOKINGS
from backend.loyalty.ledger.problems.cards import CardBusy, CardNotFound
from backend.loyalty.ledger.problems.returns import TransactionNotFound
from backend.loyalty.ledger.queries import find_state, get_states
from backend.loyalty.ledger.receipts import fold_reference
from backend.loyalty.ledger.views import Show
from backend.staff_pins.acting import acting_as
from backend.staff_pins.actions import StaffPins

Outcome = Reply | Problem | None
"""Of one try: booked, refused, or None when the card was changed meanwhile."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What booking needs; one for each process."""

    pool: asyncpg.Pool
    pins: StaffPins
    links: CardLinks
    notifier: WorkerNotifier
    keyed_lock: KeyedLock = field(default_factory=KeyedLock)

    async def book(self, operation: Operation, request: BookingRequest) -> Reply:
        """Books once for each key, however often the request is sent, and gives the same bytes each time.

        Raises the operation's problems, LimitReached, OverrideRefused, PinRequired, PinInvalid, PinLocked, CardNotFound
        and, when the card is busy for too long, CardBusy.
        """
        request = await self._named(request)
        card_id = request.card_id or (await self._read(request)).card.id
        attempt = partial(self._attempt, operation, request, Authorization(self.pins, request))
        return await self._repeat(attempt, operation.kind, request, card_id)

    async def book_together(self, operation: JointOperation, request: BookingRequest) -> Reply:
        """Books on two cards, on both or on neither. Raises what `book` raises, but for PINs and limits."""
        assert request.card_id is not None, "a merge names two cards"
        assert request.other_card_id is not None, "a merge names two cards"
        attempt = partial(self._attempt_together, operation, request, request.card_id, request.other_card_id)
        return await self._repeat(attempt, operation.kind, request, request.card_id, request.other_card_id)

    async def _repeat(
        self, attempt: Callable[[], Awaitable[Outcome]], kind: str, request: BookingRequest, *card_ids: UUID
    ) -> Reply:
        async for ends_at in tries():
            async with self.turn(*card_ids, until=ends_at):
                outcome = await attempt()
            if isinstance(outcome, Problem):
                # A refusal changes nothing on the card: the next booking need not wait until it is stored.
                outcome = await self._refuse(kind, outcome, request)
            if outcome is not None:
                return self.with_urls(outcome)
        raise CardBusy

    @asynccontextmanager
    async def turn(self, *card_ids: UUID, until: float) -> AsyncIterator[None]:
        """Keeps other bookings of this process off these cards. Raises CardBusy when the turn comes too late."""
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout_at(until):
                    # In the order of their ids: two bookings on the same two cards never wait for each other.
                    for card_id in sorted(set(card_ids)):
                        await stack.enter_async_context(self.keyed_lock.of(card_id))
            except TimeoutError:
                raise CardBusy from None
            yield

    async def _attempt(self, operation: Operation, request: BookingRequest, authorization: Authorization) -> Outcome:
        state = await self._read(request)
        if state.answer is not None:
            return state.answer.reply(request.key)
        informed = await operation.read(self.pool, state)
        try:
            draft, decided = await self._decide(informed, state, authorization)
        except Problem as problem:
            return problem
        reply = Reply.of(decided.status, informed.answer(decided, draft, self.show(request.origin)))
        if draft.booking.is_empty:
            return await self._keep(reply, request)
        booking = draft.complete(AnswerRow.of(request.key, reply, request.origin.now))
        if operation.is_audited and request.is_audited:
            booking.audit_entry = operation.audit_entry(decided, draft)
        is_written = await write(self.pool, request.origin.merchant_id, booking)
        return self._booked(operation.kind, reply) if is_written else None

    async def _decide(
        self, operation: Operation, state: CardState, authorization: Authorization
    ) -> tuple[BookingDraft, Decided]:
        operation.check(state)
        origin = authorization.request.origin
        is_needed = operation.needs_pin(state, origin)
        staff_pin_id = await authorization.staff_pin_id(state.setup, is_needed=is_needed)
        draft = BookingDraft(state, origin, staff_pin_id=staff_pin_id)
        return draft, await keep_within_limits(self.pool, draft, operation.decide(draft), authorization)

    async def _attempt_together(
        self, operation: JointOperation, request: BookingRequest, kept_id: UUID, merged_id: UUID
    ) -> Outcome:
        origin = request.origin
        kept, merged = await get_states(self.pool, origin, kept_id, merged_id, key=request.key.value)
        if kept.answer is not None:
            return kept.answer.reply(request.key)
        informed = await operation.read(self.pool, kept)
        try:
            informed.check(kept, merged, origin)
            drafts = BookingDraft(kept, origin), BookingDraft(merged, origin)
            merge = informed.decide(*drafts)
            merge = informed.audited(merge, origin) if request.is_audited else merge
        except Problem as problem:
            return problem
        reply = Reply.of(CREATED, informed.answer(merge, *drafts, self.show(origin)))
        # A card that leaves the other is gone before that one's links end.
        bookings = [drafts[1].complete(None), drafts[0].complete(AnswerRow.of(request.key, reply, origin.now))]
        is_written = await write_together(self.pool, origin.merchant_id, bookings, merge)
        return self._booked(operation.kind, reply) if is_written else None

    async def _named(self, request: BookingRequest) -> BookingRequest:
        """As of the person whom a device names. Raises what `acting_as` raises."""
        told = {"staff_pin": request.staff_pin, "permission": request.permission}
        origin = await acting_as(self.pool, request.origin, request.staff_id, **told)
        return request if origin is request.origin else replace(request, origin=origin)

    async def _read(self, request: BookingRequest) -> CardState:
        reference = request.order_reference
        state = await find_state(
            self.pool,
            request.origin,
            card_id=request.card_id,
            transaction_id=request.transaction_id,
            order_reference=fold_reference(reference) if reference else None,
            key=request.key.value,
        )
        if state is None:
            raise TransactionNotFound if reference else CardNotFound
        return state

    def with_urls(self, reply: Reply) -> Reply:
        """As its reader gets it. What is stored has references in place of the URLs."""
        return replace(reply, body=self.links.references.resolved(reply.body))

    def show(self, origin: Origin) -> Show:
        return Show.to(self.links.references, origin)

    def _booked(self, kind: str, reply: Reply) -> Reply:
        BOOKINGS.labels(kind, "booked").inc()
        self.notifier.notify()
        return reply

    async def _refuse(self, kind: str, problem: Problem, request: BookingRequest) -> Reply | None:
        """Stores a refusal that was decided on the card's state, so that the same key gets it again. Raises any other.

        None when the key was answered meanwhile.
        """
        BOOKINGS.labels(kind, problem.code).inc()
        if not problem.is_remembered or request.proof is not None:
            raise problem
        origin = request.origin
        body = problem.as_dict(language=origin.language, instance=origin.instance, request_id=origin.request_id)
        return await self._keep(Reply(problem.status, msgspec.json.encode(body | {"remembered": True})), request)

    async def _keep(self, reply: Reply, request: BookingRequest) -> Reply | None:
        answer = AnswerRow.of(request.key, reply, request.origin.now)
        is_kept = await keep_answer(self.pool, request.origin.merchant_id, answer)
        return reply if is_kept else None

"""Booking at the till: read the card in one statement, decide by the rules, book in one statement that proves the card
unchanged; when it has changed, read and decide again. No lock is held while Python thinks."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import asyncpg
import msgspec

from backend.core.idempotency import Key, Reply, replay
from backend.core.metrics import CONFLICTS, POSTINGS
from backend.core.origin import Origin
from backend.core.problems import Problem
from backend.core.queue import Doorbell
from backend.loyalty.cards.links import CardLinks
from backend.loyalty.ledger.draft import Draft
from backend.loyalty.ledger.limits import keep_within_limits
from backend.loyalty.ledger.overriding import OverrideCheck
from backend.loyalty.ledger.problems import (
    AlreadyBooked,
    CardBusy,
    CardNotFound,
    CustomerHasCard,
    OrderReferenceUsed,
    TransactionNotFound,
)
from backend.loyalty.ledger.queries import find_state, get_states
from backend.loyalty.ledger.rows import AnswerRow, Booking, MergeRow
from backend.loyalty.ledger.schemas import Override
from backend.loyalty.ledger.state import CardState
from backend.loyalty.ledger.views import Show
from backend.staff_pins.actions import PinCheck, StaffPins

BOOK = "SELECT book($1, $2)"
BOOK_TOGETHER = "SELECT book_together($1, $2, $3)"
KEEP_ANSWER = "SELECT keep_answer($1, $2)"
TRIES = 60
PAUSE_SECONDS_MAX = 0.05
# What a concurrent booking may have taken first; reading again tells.
MOVED_CONSTRAINTS = {
    "pk_stored_answers",
    "ck_rewards_stock",
    "hold_moved",
    "limit_reached",
    "redeemed_at_allowed_store",
    "cards_moved",
    "code_retired",
    "uq_cards_merchant_id",
}

_encoder = msgspec.json.Encoder()


class Operation(Protocol):
    """One thing a till does."""

    kind: str
    needs_pin: bool
    """Whether a policy that requires a PIN requires it here; known after `check`."""

    def check(self, state: CardState) -> None:
        """Refusals that need no PIN and no balance."""

    def decide(self, draft: Draft) -> None:
        """Adds what is to be booked; raises a problem to refuse. Nothing added: nothing is booked."""

    def answer(self, draft: Draft, show: Show) -> tuple[int, msgspec.Struct]:
        """Status and body, after `decide`."""


class JointOperation(Protocol):
    """One thing done to two cards at once."""

    kind: str

    async def read(self, pool: asyncpg.Pool) -> None:
        """Further facts, read after both cards: the writing proves them unchanged with the cards."""

    def check(self, kept: CardState, merged: CardState) -> None:
        """Refusals that need no balance."""

    def decide(self, kept: Draft, merged: Draft) -> MergeRow:
        """Adds what is to be booked on each; raises a problem to refuse."""

    def answer(self, kept: Draft, merged: Draft, show: Show) -> tuple[int, msgspec.Struct]:
        """Status and body, after `decide`."""


Read = Callable[[asyncpg.Pool], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Ledger:
    """What booking needs; one per process."""

    pool: asyncpg.Pool
    pins: StaffPins
    links: CardLinks
    doorbell: Doorbell

    async def book(
        self,
        operation: Operation,
        origin: Origin,
        key: Key,
        *,
        card_id: UUID | None = None,
        transaction_id: UUID | None = None,
        order_reference: str | None = None,
        staff_pin: str | None = None,
        override: Override | None = None,
        read: Read | None = None,
    ) -> Reply:
        """Books once per key, however often it is sent, and answers the same bytes each time.

        `read`: further facts the operation needs, read after the card so that the writing proves them unchanged too.
        Raises the operation's problems, LimitReached, OverrideRefused, PinRequired, PinInvalid, PinLocked, CardNotFound
        and, when the card is fought over for longer than anybody should wait, CardBusy.
        """
        pin, lifting = PinCheck(staff_pin), OverrideCheck(override)
        for attempt in range(TRIES):
            state = await find_state(
                self.pool,
                origin,
                card_id=card_id,
                transaction_id=transaction_id,
                order_reference=order_reference,
                key=key.value,
            )
            if state is None:
                raise TransactionNotFound if order_reference else CardNotFound
            if state.answer is not None:
                return replay(key, state.answer.fingerprint, state.answer.status, state.answer.body)
            if read is not None:
                await read(self.pool)
            reply = await self._try(operation, origin, key, state, pin=pin, lifting=lifting)
            if reply is not None:
                return reply
            await _pause(attempt)
        raise CardBusy

    async def book_together(
        self, operation: JointOperation, origin: Origin, key: Key, *, kept_id: UUID, merged_id: UUID
    ) -> Reply:
        """Books on two cards, both or neither, once per key. Raises what `book` raises, but for PINs and limits."""
        for attempt in range(TRIES):
            kept, merged = await get_states(self.pool, origin, kept_id, merged_id, key=key.value)
            if kept.answer is not None:
                return replay(key, kept.answer.fingerprint, kept.answer.status, kept.answer.body)
            await operation.read(self.pool)
            reply = await self._try_together(operation, origin, key, kept, merged)
            if reply is not None:
                return reply
            await _pause(attempt)
        raise CardBusy

    async def _try_together(
        self, operation: JointOperation, origin: Origin, key: Key, kept: CardState, merged: CardState
    ) -> Reply | None:
        """None when one of the cards has moved meanwhile."""
        try:
            operation.check(kept, merged)
            drafts = Draft(kept, origin), Draft(merged, origin)
            merge = operation.decide(*drafts)
        except Problem as problem:
            POSTINGS.labels(operation.kind, problem.code).inc()
            if not problem.is_remembered:
                raise
            return await self._remember(problem, origin, key)
        status, body = operation.answer(*drafts, Show(self.links, origin.language, origin.now))
        encoded = _encoder.encode(body)
        answer = AnswerRow(key.value, key.fingerprint, status, encoded.decode(), origin.now)
        bookings = [drafts[0].booking(answer), drafts[1].booking(None)]
        if not await self._write_together(origin.merchant_id, bookings, merge):
            return None
        POSTINGS.labels(operation.kind, "booked").inc()
        self.doorbell.ring()
        return Reply(status, encoded)

    async def _try(
        self,
        operation: Operation,
        origin: Origin,
        key: Key,
        state: CardState,
        *,
        pin: PinCheck,
        lifting: OverrideCheck,
    ) -> Reply | None:
        """None when the card has moved meanwhile."""
        try:
            operation.check(state)
            pin.is_needed = operation.needs_pin
            await self.pins.check(pin, origin, state.setup.policy, state.setup.store.zone)
            draft = Draft(state, origin)
            operation.decide(draft)
            await keep_within_limits(self.pins, draft, lifting)
        except Problem as problem:
            POSTINGS.labels(operation.kind, problem.code).inc()
            if not problem.is_remembered:
                raise
            return await self._remember(problem, origin, key)
        show = Show(self.links, origin.language, origin.now)
        status, body = operation.answer(draft, show)
        encoded = _encoder.encode(body)
        if draft.is_empty:
            return Reply(status, encoded)
        for row in draft.transactions:
            row.staff_pin_id = row.staff_pin_id or pin.pin_id
        answer = AnswerRow(key.value, key.fingerprint, status, encoded.decode(), origin.now)
        if not await self._write(origin.merchant_id, draft.booking(answer)):
            return None
        POSTINGS.labels(operation.kind, "booked").inc()
        self.doorbell.ring()
        return Reply(status, encoded)

    async def _write(self, merchant_id: UUID, booking: Booking) -> bool:
        """False when the card, the reward's stock or the key has moved since the state was read."""
        return await self._booked(BOOK, merchant_id, _encoder.encode(booking).decode())

    async def _write_together(self, merchant_id: UUID, bookings: list[Booking], merge: MergeRow) -> bool:
        in_order = sorted(bookings, key=lambda booking: booking.card.id)
        documents = [_encoder.encode(booking).decode() for booking in in_order]
        return await self._booked(BOOK_TOGETHER, merchant_id, documents, _encoder.encode(merge).decode())

    async def _booked(self, statement: str, *arguments: object) -> bool:
        try:
            result: str = await self.pool.fetchval(statement, *arguments)
        except asyncpg.IntegrityConstraintViolationError as error:
            if error.constraint_name == "uq_transactions_order_reference":
                raise OrderReferenceUsed from error
            if error.constraint_name == "uq_transactions_idempotency_key":
                # The answer has served its time; the key stays on its transaction for ever.
                raise AlreadyBooked from error
            if error.constraint_name == "uq_cards_customer_scope":
                raise CustomerHasCard from error
            if error.constraint_name in MOVED_CONSTRAINTS:
                return False
            raise
        return result == "booked"

    async def _remember(self, problem: Problem, origin: Origin, key: Key) -> Reply | None:
        """A refusal decided on the card's state is an answer too: the same key gets it again.

        None when the key was answered meanwhile.
        """
        body: dict[str, Any] = problem.as_dict(
            language=origin.language, instance=origin.instance, request_id=origin.request_id
        )
        encoded = _encoder.encode(body)
        answer = AnswerRow(key.value, key.fingerprint, problem.status, encoded.decode(), origin.now)
        kept: bool = await self.pool.fetchval(KEEP_ANSWER, origin.merchant_id, _encoder.encode(answer).decode())
        return Reply(problem.status, encoded) if kept else None


async def _pause(attempt: int) -> None:
    """A moment, longer with each try: somebody else is booking on the card."""
    CONFLICTS.inc()
    await asyncio.sleep(random.uniform(0, min(PAUSE_SECONDS_MAX, 0.002 * 2**attempt)))  # noqa: S311 - jitter

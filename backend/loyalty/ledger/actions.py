"""Booking at the till: read the card in one statement, decide by the rules, book in one statement that proves the card
unchanged; when it has changed, read and decide again. No lock is held while Python thinks."""

import asyncio
import random
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
from backend.loyalty.ledger.booking import AnswerRow, Booking, Draft
from backend.loyalty.ledger.problems import (
    AlreadyBooked,
    CardBusy,
    CardNotFound,
    OrderReferenceUsed,
    TransactionNotFound,
)
from backend.loyalty.ledger.queries import find_state
from backend.loyalty.ledger.state import CardState
from backend.loyalty.ledger.views import Show
from backend.staff_pins.actions import PinCheck, StaffPins

BOOK = "SELECT book($1, $2)"
KEEP_ANSWER = "SELECT keep_answer($1, $2)"
TRIES = 60
PAUSE_SECONDS_MAX = 0.05
# What a concurrent booking may have taken first; reading again tells.
MOVED_CONSTRAINTS = {"pk_stored_answers", "ck_rewards_stock", "hold_moved", "redeemed_at_allowed_store"}

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
    ) -> Reply:
        """Books once per key, however often it is sent, and answers the same bytes each time.

        Raises the operation's problems, PinRequired, PinInvalid, PinLocked, CardNotFound and, when the card is fought
        over for longer than anybody should wait, CardBusy.
        """
        pin = PinCheck(staff_pin)
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
            reply = await self._try(operation, origin, key, state, pin)
            if reply is not None:
                return reply
            CONFLICTS.inc()
            await asyncio.sleep(random.uniform(0, min(PAUSE_SECONDS_MAX, 0.002 * 2**attempt)))  # noqa: S311 - jitter
        raise CardBusy

    async def _try(
        self, operation: Operation, origin: Origin, key: Key, state: CardState, pin: PinCheck
    ) -> Reply | None:
        """None when the card has moved meanwhile."""
        try:
            operation.check(state)
            pin.is_needed = operation.needs_pin
            await self.pins.check(pin, origin, state.setup.policy, state.setup.store.zone)
            draft = Draft(state, origin)
            operation.decide(draft)
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
        try:
            result: str = await self.pool.fetchval(BOOK, merchant_id, _encoder.encode(booking).decode())
        except asyncpg.IntegrityConstraintViolationError as error:
            if error.constraint_name == "uq_transactions_order_reference":
                raise OrderReferenceUsed from error
            if error.constraint_name == "uq_transactions_idempotency_key":
                # The answer has served its time; the key stays on its transaction for ever.
                raise AlreadyBooked from error
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

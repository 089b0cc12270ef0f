"""Booking at the till: read the card in one statement, decide by the rules, book in one statement that proves the card
unchanged; when it has changed, read and decide again. No lock is held in the database while Python thinks: within this
process bookings on one card take turns, and what another process has booked the writing finds out."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol, TypedDict, Unpack
from uuid import UUID

import asyncpg
import msgspec

from backend.core.answers import AnswerRow, find_status, keep_answer
from backend.core.idempotency import Key, Reply
from backend.core.origin import Origin
from backend.core.problems import Problem
from backend.core.queue import Doorbell
from backend.core.turns import Turns
from backend.loyalty.cards.card_urls import CardLinks
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.limits import keep_within_limits
from backend.loyalty.ledger.booking.overrides import OverrideCheck
from backend.loyalty.ledger.booking.rows import Booking, MergeRow
from backend.loyalty.ledger.booking.state import CardState
from backend.loyalty.ledger.metrics import BOOKINGS, CONFLICTS
from backend.loyalty.ledger.problems import (
    AlreadyBooked,
    CardBusy,
    CardNotFound,
    CustomerHasCard,
    OrderReferenceUsed,
    TransactionNotFound,
)
from backend.loyalty.ledger.queries import find_state, get_states
from backend.loyalty.ledger.receipts import fold_reference
from backend.loyalty.ledger.schemas import Override
from backend.loyalty.ledger.views import Show
from backend.staff_pins.actions import PinCheck, StaffPins

BOOK = "SELECT book($1, $2)"
BOOK_TOGETHER = "SELECT book_together($1, $2, $3)"
TRIES = 60
PATIENCE_SECONDS = 7.0
"""For turns and tries together: less than the frontend waits for us."""
PAUSE_SECONDS_MAX = 0.05
# Somebody else has the card, and will have let go of it in a moment.
HELD_UP = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
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

    def decide(self, draft: BookingDraft) -> None:
        """Adds what is to be booked; raises a problem to refuse. Nothing added: nothing is booked."""

    def answer(self, draft: BookingDraft, show: Show) -> tuple[int, msgspec.Struct]:
        """Status and body, after `decide`."""


class JointOperation(Protocol):
    """One thing done to two cards at once."""

    kind: str

    async def read(self, pool: asyncpg.Pool) -> None:
        """Further facts, read after both cards: the writing proves them unchanged with the cards."""

    def check(self, kept: CardState, merged: CardState) -> None:
        """Refusals that need no balance."""

    def decide(self, kept: BookingDraft, merged: BookingDraft) -> MergeRow:
        """Adds what is to be booked on each; raises a problem to refuse."""

    def answer(self, kept: BookingDraft, merged: BookingDraft, show: Show) -> tuple[int, msgspec.Struct]:
        """Status and body, after `decide`."""


class Particulars(TypedDict, total=False):
    """Of one booking: the card it is about, told by one of the first three, and what allows it."""

    card_id: UUID
    transaction_id: UUID
    order_reference: str
    staff_pin: str | None
    override: Override | None
    read: Callable[[asyncpg.Pool], Awaitable[None]]
    """Further facts the operation needs, read after the card so that the writing proves them unchanged too."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What booking needs; one per process."""

    pool: asyncpg.Pool
    pins: StaffPins
    links: CardLinks
    doorbell: Doorbell
    turns: Turns = field(default_factory=Turns)

    async def book(self, operation: Operation, origin: Origin, key: Key, **particulars: Unpack[Particulars]) -> Reply:
        """Books once per key, however often it is sent, and answers the same bytes each time.

        Raises the operation's problems, LimitReached, OverrideRefused, PinRequired, PinInvalid, PinLocked, CardNotFound
        and, when the card is fought over for longer than anybody should wait, CardBusy.
        """
        pin, lifting = PinCheck(particulars.get("staff_pin")), OverrideCheck(particulars.get("override"))
        card_id = particulars.get("card_id") or (await self._find(origin, key, particulars)).card.id
        async for ends_at in tries():
            async with self.turn(card_id, until=ends_at):
                state = await self._read(origin, key, particulars)
                if state.answer is not None:
                    return self.with_addresses(state.answer.reply(key))
                reply = await self._try(operation, origin, key, state, pin=pin, lifting=lifting)
            if isinstance(reply, Problem):
                # It changes nothing on the card: who comes next need not wait until it is written down.
                reply = await self._refuse(operation.kind, reply, origin, key)
            if reply is not None:
                return self.with_addresses(reply)
        raise CardBusy

    @asynccontextmanager
    async def turn(self, *cards: UUID, until: float) -> AsyncIterator[None]:
        """Nobody else in this process books on these cards meanwhile. Raises CardBusy when it does not come in time."""
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout_at(until):
                    # In the order of their ids: two who want the same two never wait for each other.
                    for card_id in sorted(set(cards)):
                        await stack.enter_async_context(self.turns.of(card_id))
            except TimeoutError:
                raise CardBusy from None
            yield

    async def _read(self, origin: Origin, key: Key, particulars: Particulars) -> CardState:
        state = await self._find(origin, key, particulars)
        if read := particulars.get("read"):
            await read(self.pool)
        return state

    async def _find(self, origin: Origin, key: Key, particulars: Particulars) -> CardState:
        reference = particulars.get("order_reference")
        state = await find_state(
            self.pool,
            origin,
            card_id=particulars.get("card_id"),
            transaction_id=particulars.get("transaction_id"),
            order_reference=fold_reference(reference) if reference else None,
            key=key.value,
        )
        if state is None:
            raise TransactionNotFound if reference else CardNotFound
        return state

    async def book_together(
        self, operation: JointOperation, origin: Origin, key: Key, *, kept_id: UUID, merged_id: UUID
    ) -> Reply:
        """Books on two cards, both or neither, once per key. Raises what `book` raises, but for PINs and limits."""
        async for ends_at in tries():
            async with self.turn(kept_id, merged_id, until=ends_at):
                kept, merged = await get_states(self.pool, origin, kept_id, merged_id, key=key.value)
                if kept.answer is not None:
                    return self.with_addresses(kept.answer.reply(key))
                await operation.read(self.pool)
                reply = await self._try_together(operation, origin, key, kept, merged)
            if isinstance(reply, Problem):
                reply = await self._refuse(operation.kind, reply, origin, key)
            if reply is not None:
                return self.with_addresses(reply)
        raise CardBusy

    async def _try_together(
        self, operation: JointOperation, origin: Origin, key: Key, kept: CardState, merged: CardState
    ) -> Reply | Problem | None:
        """A Problem refuses it. None when one of the cards has moved meanwhile."""
        try:
            operation.check(kept, merged)
            drafts = BookingDraft(kept, origin), BookingDraft(merged, origin)
            merge = operation.decide(*drafts)
        except Problem as problem:
            return problem
        reply = _reply(*operation.answer(*drafts, self._show(origin)))
        # A card that leaves the other is gone before that one's links end.
        bookings = [drafts[1].booking(None), drafts[0].booking(AnswerRow.of(key, reply, origin.now))]
        is_written = await self._write_together(origin.merchant_id, bookings, merge)
        return self._booked(operation.kind, reply) if is_written else None

    async def _try(
        self,
        operation: Operation,
        origin: Origin,
        key: Key,
        state: CardState,
        *,
        pin: PinCheck,
        lifting: OverrideCheck,
    ) -> Reply | Problem | None:
        """A Problem refuses it. None when the card has moved meanwhile."""
        try:
            operation.check(state)
            pin.is_needed = operation.needs_pin
            await self.pins.check(pin, origin, state.setup.policy, state.setup.store.zone)
            draft = BookingDraft(state, origin)
            operation.decide(draft)
            await keep_within_limits(self.pins, draft, lifting)
        except Problem as problem:
            return problem
        reply = _reply(*operation.answer(draft, self._show(origin)))
        if draft.is_empty:
            return await self._keep(reply, origin, key)
        for row in draft.transactions:
            row.staff_pin_id = row.staff_pin_id or pin.pin_id
        is_written = await self.write(origin.merchant_id, draft.booking(AnswerRow.of(key, reply, origin.now)))
        return self._booked(operation.kind, reply) if is_written else None

    def with_addresses(self, reply: Reply) -> Reply:
        """As its reader gets it. What is kept has references in their place."""
        return replace(reply, body=self.links.references.resolved(reply.body))

    def _show(self, origin: Origin) -> Show:
        return Show(self.links.references, origin.language, origin.now)

    def _booked(self, kind: str, reply: Reply) -> Reply:
        BOOKINGS.labels(kind, "booked").inc()
        self.doorbell.ring()
        return reply

    async def _refuse(self, kind: str, problem: Problem, origin: Origin, key: Key) -> Reply | None:
        """A refusal decided on the card's state is an answer too: the same key gets it again. Raises any other.

        None when the key was answered meanwhile.
        """
        BOOKINGS.labels(kind, problem.code).inc()
        if not problem.is_remembered:
            raise problem
        body = problem.as_dict(language=origin.language, instance=origin.instance, request_id=origin.request_id)
        reply = Reply(problem.status, _encoder.encode(body | {"remembered": True}))
        return await self._keep(reply, origin, key)

    async def _keep(self, reply: Reply, origin: Origin, key: Key) -> Reply | None:
        is_kept = await keep_answer(self.pool, origin.merchant_id, AnswerRow.of(key, reply, origin.now))
        return reply if is_kept else None

    async def write(self, merchant_id: UUID, booking: Booking) -> bool:
        """False when the card, the reward's stock or the key has moved since the state was read."""
        return await self._execute(BOOK, booking.answer, merchant_id, _encoder.encode(booking).decode())

    async def _write_together(self, merchant_id: UUID, bookings: list[Booking], merge: MergeRow) -> bool:
        answer = next(booking.answer for booking in bookings if booking.answer)
        documents = [_encoder.encode(booking).decode() for booking in bookings]
        return await self._execute(BOOK_TOGETHER, answer, merchant_id, documents, _encoder.encode(merge).decode())

    async def _execute(self, statement: str, answer: AnswerRow | None, merchant_id: UUID, *documents: object) -> bool:
        try:
            result: str = await self.pool.fetchval(statement, merchant_id, *documents)
        except asyncpg.IntegrityConstraintViolationError as error:
            if error.constraint_name == "uq_order_references_live":
                raise OrderReferenceUsed from error
            if error.constraint_name == "uq_transactions_idempotency_key" and answer is not None:
                raise await self.already_booked(merchant_id, answer.key) from error
            if error.constraint_name == "uq_cards_customer_scope":
                raise CustomerHasCard from error
            if error.constraint_name in MOVED_CONSTRAINTS:
                return False
            raise
        except HELD_UP:
            return False
        return result == "booked"

    async def already_booked(self, merchant_id: UUID, key: str) -> AlreadyBooked:
        """The answer has served its time; the key stays on its transaction for ever."""
        _, transaction_id = await find_status(self.pool, merchant_id, key)
        return AlreadyBooked(key, transaction_id)


def _reply(status: int, body: msgspec.Struct) -> Reply:
    return Reply(status, _encoder.encode(body))


async def tries() -> AsyncIterator[float]:
    """The moment at which they end, each time; with a pause between, longer each time: another process is booking."""
    moment = asyncio.get_running_loop().time
    ends_at = moment() + PATIENCE_SECONDS
    for attempt in range(TRIES):
        yield ends_at
        if moment() >= ends_at:
            return
        CONFLICTS.inc()
        await asyncio.sleep(random.uniform(0, min(PAUSE_SECONDS_MAX, 0.002 * 2**attempt)))  # noqa: S311 - jitter

"""Books enrollments: customer, card, first transactions and answer are written in one transaction."""

from dataclasses import dataclass

import asyncpg
from sqlalchemy import Text, cast, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.answers import AnswerRow, add_answer, first_answer
from backend.core.database import Sessions
from backend.core.events import record
from backend.core.idempotency import Key, Reply
from backend.core.keys import KeyRing
from backend.core.origin import Origin
from backend.loyalty.customers.schemas import Person
from backend.loyalty.enrollment.enrollee import Enrollee, find_or_add_enrollee
from backend.loyalty.enrollment.operation import EnrollCustomer, EnrollMyself
from backend.loyalty.enrollment.schemas import SelfEnroll
from backend.loyalty.ledger.booking.decided import UNCHANGED
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.booking.setup import Setup, decode_setup
from backend.loyalty.ledger.booking.tries import tries
from backend.loyalty.ledger.booking.writer import already_booked, write_in_session
from backend.loyalty.ledger.problems.cards import CardBusy

# What a concurrent request, or the reversal of a merge, may have written first; or the new code is, or was, a card's.
MOVED_CONSTRAINTS = {
    "pk_stored_answers",
    "uq_cards_merchant_id",
    "code_retired",
    "uq_cards_customer_scope",
    "one_welcome",
}
# A merge locked the same rows in another order.
CROSSED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


@dataclass(frozen=True, slots=True)
class Enrollment:
    sessions: Sessions
    ledger: Ledger
    keys: KeyRing

    async def by_staff(self, origin: Origin, person: Person, key: Key | None) -> Reply:
        """201 with the card view, or 200 with the card the customer has already.

        Raises AlreadyBooked for the key of another booking whose answer is not kept any more, and CardBusy.
        """
        return await self._book(EnrollCustomer(person), origin, key)

    async def by_customer(self, origin: Origin, person: SelfEnroll, key: Key | None) -> Reply:
        """Raises EnrollmentClosed or TermsNotAccepted, and what `by_staff` raises."""
        return await self._book(EnrollMyself(person), origin, key.of_anonymous(self.keys) if key else None)

    async def _book(self, operation: EnrollCustomer, origin: Origin, key: Key | None) -> Reply:
        async for _ in tries():
            try:
                reply = await self._attempt(operation, origin, key)
            except DBAPIError as error:
                cause = _cause_of(error)
                constraint = getattr(cause, "constraint_name", None)
                if key and constraint == "uq_transactions_idempotency_key":
                    raise await already_booked(self.ledger.pool, origin.merchant_id, key.value) from error
                if constraint not in MOVED_CONSTRAINTS and not isinstance(cause, CROSSED):
                    raise
            else:
                self.ledger.notifier.notify()
                return self.ledger.with_urls(reply)
        raise CardBusy

    async def _attempt(self, operation: EnrollCustomer, origin: Origin, key: Key | None) -> Reply:
        async with self.sessions.committing(origin.merchant_id) as session:
            if key and (answer := await first_answer(session, origin.merchant_id, key)):
                return answer
            setup = await _get_setup(session, origin)
            operation.check(setup, origin)
            enrollee = await find_or_add_enrollee(
                session,
                origin,
                setup,
                operation.body,
                language=operation.language(setup, origin),
                completes_known=operation.completes_known,
                key=key,
            )
            book = self._book_new if enrollee.is_new else self._answer_known
            return await book(session, operation, enrollee, origin, key)

    async def _book_new(
        self, session: AsyncSession, operation: EnrollCustomer, enrollee: Enrollee, origin: Origin, key: Key | None
    ) -> Reply:
        draft = BookingDraft(enrollee.state, origin)
        decided = operation.decide(draft, is_welcome=enrollee.is_welcome)
        reply = Reply.of(decided.status, operation.answer(enrollee, self.ledger.show(origin)))
        answer = AnswerRow.of(key, reply, origin.now) if key else None
        await write_in_session(session, origin.merchant_id, draft.complete(answer))
        return reply

    async def _answer_known(
        self, session: AsyncSession, operation: EnrollCustomer, enrollee: Enrollee, origin: Origin, key: Key | None
    ) -> Reply:
        """Books nothing: the customer had the card. It may be made by the same request, sent twice at once."""
        if key and enrollee.state.answer is not None:
            return enrollee.state.answer.reply(key)
        reply = Reply.of(UNCHANGED, operation.answer(enrollee, self.ledger.show(origin)))
        if key:
            add_answer(session, origin.merchant_id, key, reply, origin.now)
        for event in operation.events_known(enrollee):
            record(session, origin.merchant_id, event, origin.now)
        return reply


async def _get_setup(session: AsyncSession, origin: Origin) -> Setup:
    document = await session.scalar(
        select(cast(func.till_setup(origin.merchant_id, origin.store_id, origin.now), Text))
    )
    assert document is not None, "a store has a merchant with a policy"
    return decode_setup(document)


def _cause_of(error: DBAPIError) -> BaseException | None:
    """What PostgreSQL says, under the two wrappings of the driver."""
    return error.orig.__cause__ if error.orig else None

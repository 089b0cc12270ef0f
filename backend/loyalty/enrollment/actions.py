"""Enroll a customer: one action for staff and for the join page."""

from dataclasses import dataclass

import asyncpg
import msgspec
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.answers import AnswerRow, add_answer, first_answer
from backend.core.database import Sessions
from backend.core.events import record
from backend.core.idempotency import Key, Reply
from backend.core.keys import KeyRing
from backend.core.origin import Origin
from backend.loyalty.customers.schemas import Person
from backend.loyalty.enrollment.enroll import Enrolled, enroll_customer
from backend.loyalty.enrollment.events import CardLinkRequested
from backend.loyalty.enrollment.schemas import EnrolledCard, EnrollView, SelfEnroll, SelfEnrollView
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.booking.tries import tries
from backend.loyalty.ledger.booking.writer import already_booked, write_in_session
from backend.loyalty.ledger.problems import CardBusy
from backend.loyalty.ledger.views import Show, works_at

MOVED_CONSTRAINTS = {"uq_cards_merchant_id", "code_retired", "uq_cards_customer_scope", "one_welcome"}
CROSSED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Enrollment:
    sessions: Sessions
    ledger: Ledger
    keys: KeyRing

    async def by_staff(self, origin: Origin, person: Person, key: Key | None) -> Reply:
        """201 with the card view, or 200 with the card the customer has already.

        Raises AlreadyBooked for the key of another booking whose answer is not kept any more.
        """
        return await self._once(origin, person, key, is_public=False)

    async def by_customer(self, origin: Origin, person: SelfEnroll, key: Key | None) -> Reply:
        """From the join page. What an address had before is told to that address only.

        Raises EnrollmentClosed or TermsNotAccepted, and what `by_staff` raises.
        """
        return await self._once(origin, person, key.of_stranger(self.keys) if key else None, is_public=True)

    async def _once(self, origin: Origin, person: Person, key: Key | None, *, is_public: bool) -> Reply:
        try:
            reply = await self._enroll_new(origin, person, key, is_public=is_public)
        except IntegrityError as error:
            # The key was used for something else, or by a twin a moment ago.
            async with self.sessions.committing(origin.merchant_id) as session:
                answer = await _first_answer(session, origin, key)
            if answer is not None:
                return self.ledger.with_urls(answer)
            if key and constraint_of(error) == "uq_transactions_idempotency_key":
                raise await already_booked(self.ledger.pool, origin.merchant_id, key.value) from error
            raise
        self.ledger.notifier.notify()
        return self.ledger.with_urls(reply)

    async def _enroll_new(self, origin: Origin, person: Person, key: Key | None, *, is_public: bool) -> Reply:
        """Once in a very long time a new code is, or was, another card's: then with the next.

        And when a merge is undone at this moment, the customer has a card again: then with that one. A merge that is
        booked at this moment may want the same rows the other way round: then when it is done. Raises CardBusy.
        """
        async for _ in tries():
            try:
                return await self._enroll(origin, person, key, is_public=is_public)
            except DBAPIError as error:
                if constraint_of(error) not in MOVED_CONSTRAINTS and not isinstance(_cause_of(error), CROSSED):
                    raise
        raise CardBusy

    async def _enroll(self, origin: Origin, person: Person, key: Key | None, *, is_public: bool) -> Reply:
        async with self.sessions.committing(origin.merchant_id) as session:
            if answer := await _first_answer(session, origin, key):
                return answer
            enrolled = await enroll_customer(session, origin, person, is_public=is_public)
            # Whoever found the card made by a twin waited for that twin's commit: now its answer is there.
            if enrolled.already and (answer := await _first_answer(session, origin, key)):
                return answer
            show = Show(self.ledger.links.references, origin.language, origin.now)
            body = _public_answer(enrolled, show) if is_public else _staff_answer(enrolled, show)
            reply = Reply(200 if enrolled.already else 201, _encoder.encode(body))
            await _write(session, origin, enrolled, key, reply)
            if is_public and enrolled.already:
                record(session, origin.merchant_id, CardLinkRequested(enrolled.own_card_id), origin.now)
            return reply


async def _first_answer(session: AsyncSession, origin: Origin, key: Key | None) -> Reply | None:
    return await first_answer(session, origin.merchant_id, key) if key else None


async def _write(session: AsyncSession, origin: Origin, enrolled: Enrolled, key: Key | None, reply: Reply) -> None:
    if enrolled.draft is not None:
        answer = AnswerRow.of(key, reply, origin.now) if key else None
        await write_in_session(session, origin.merchant_id, enrolled.draft.complete(answer))
    elif key is not None:
        add_answer(session, origin.merchant_id, key, reply, origin.now)


def constraint_of(error: DBAPIError) -> str | None:
    return getattr(_cause_of(error), "constraint_name", None)


def _cause_of(error: DBAPIError) -> BaseException | None:
    """What PostgreSQL says, under the two wrappings of the driver."""
    return error.orig.__cause__ if error.orig else None


def _staff_answer(enrolled: Enrolled, show: Show) -> EnrollView:
    card = show.card(enrolled.state)
    return EnrollView(
        **{field: getattr(card, field) for field in card.__struct_fields__}, already_enrolled=enrolled.already
    )


def _public_answer(enrolled: Enrolled, show: Show) -> SelfEnrollView:
    card = show.card(enrolled.state)
    known = EnrolledCard(card.id, card.code, card.points_balance, card.page_url)
    return SelfEnrollView(
        already_enrolled=enrolled.already,
        card=EnrolledCard(card.id, None, None, None) if enrolled.already else known,
        works_at=works_at(enrolled.state),
        mailed=True,
    )

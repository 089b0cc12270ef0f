"""Enroll a customer: one action for staff and for the join page."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import Text, cast, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.answers import AnswerRow, add_answer, first_answer
from backend.core.database import Sessions
from backend.core.events import record
from backend.core.idempotency import Key, Reply
from backend.core.ids import new_id
from backend.core.keys import KeyRing
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.loyalty.cards.code import new_code
from backend.loyalty.cards.models import IN_USE, IS_MERGED, Card
from backend.loyalty.customers.actions import fill_in, find_or_add_customer, phone_in_one_form
from backend.loyalty.customers.events import CustomerChanged
from backend.loyalty.customers.models import Customer
from backend.loyalty.customers.schemas import Person
from backend.loyalty.enrollment.events import CardLinkRequested
from backend.loyalty.enrollment.problems import EnrollmentClosed, TermsNotAccepted
from backend.loyalty.enrollment.schemas import EnrolledCard, EnrollView, SelfEnroll, SelfEnrollView
from backend.loyalty.ledger.booking.checks import check_open
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.ledger import Ledger
from backend.loyalty.ledger.booking.state import CardState, Setup, decode_setup, decode_state
from backend.loyalty.ledger.booking.tries import tries
from backend.loyalty.ledger.booking.writer import already_booked, write_in_session
from backend.loyalty.ledger.events import CardEnrolled
from backend.loyalty.ledger.problems import CardBusy
from backend.loyalty.ledger.rules import lot_life
from backend.loyalty.ledger.views import Show, works_at

MOVED_CONSTRAINTS = {"uq_cards_merchant_id", "code_retired", "uq_cards_customer_scope", "one_welcome"}
CROSSED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
BORN_FIRST = date(1900, 1, 1)

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Enrolled:
    state: CardState
    draft: BookingDraft | None
    """None when the customer had the card already."""
    own_card_id: UUID
    """The card of the address that was given: another card goes on for it when it was merged."""

    @property
    def already(self) -> bool:
        return self.draft is None


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
            reply = await self._enroll_anew(origin, person, key, is_public=is_public)
        except IntegrityError as error:
            # The key was used for something else, or by a twin a moment ago.
            async with self.sessions.committing(origin.merchant_id) as session:
                answer = await _first_answer(session, origin, key)
            if answer is not None:
                return self.ledger.with_urls(answer)
            if key and constraint_of(error) == "uq_transactions_idempotency_key":
                raise await already_booked(self.ledger.pool, origin.merchant_id, key.value) from error
            raise
        self.ledger.doorbell.ring()
        return self.ledger.with_urls(reply)

    async def _enroll_anew(self, origin: Origin, person: Person, key: Key | None, *, is_public: bool) -> Reply:
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


async def enroll_customer(session: AsyncSession, origin: Origin, person: Person, *, is_public: bool) -> Enrolled:
    """Finds or makes customer and card, and drafts `enrolled` and the welcome bonus. The caller writes the draft."""
    setup = await get_setup(session, origin)
    check_open(setup)
    check_birth_date(person.birth_date, origin.now.astimezone(setup.store.zone).date())
    if is_public:
        _check_public(setup, person)
    assert setup.program is not None, "an open program exists"
    language = person.language or (origin.language if is_public else setup.language_for(None))
    # A stranger who types somebody's address must not be able to add a phone of their own to that customer.
    phone_norm = phone_in_one_form(person.phone, setup.store.country)
    customer, is_added = await find_or_add_customer(session, origin, person.email, language=language)
    card, is_new = await _find_or_add_card(session, origin, setup, customer)
    if is_added or not is_public:
        await _fill_in(session, origin, await _holder_of(session, card), person, phone_norm, is_added=is_added)
    state = await _read_state(session, origin, card.id)
    own_card_id = await _own_card_id(session, card, customer)
    if not is_new:
        return Enrolled(state, None, own_card_id)
    return Enrolled(state, draft_enrolled(state, origin, is_welcome=await _is_welcome(session, card)), own_card_id)


async def _holder_of(session: AsyncSession, card: Card) -> Customer:
    """Locked already, with everybody who is the same person."""
    assert card.customer_id is not None, "a card in use has a holder"
    return await session.get_one(Customer, (card.merchant_id, card.customer_id))


async def _fill_in(
    session: AsyncSession, origin: Origin, holder: Customer, person: Person, phone_norm: str | None, *, is_added: bool
) -> None:
    if await fill_in(session, holder, person, phone_norm) and not is_added:
        record(session, origin.merchant_id, CustomerChanged(holder.id), origin.now)


async def _read_state(session: AsyncSession, origin: Origin, card_id: UUID) -> CardState:
    document = await session.scalar(
        select(cast(func.card_state(origin.merchant_id, origin.store_id, card_id, None, None, None, origin.now), Text))
    )
    assert document is not None, "the card was just found or made"
    return decode_state(document)


async def _own_card_id(session: AsyncSession, card: Card, customer: Customer) -> UUID:
    if card.customer_id == customer.id:
        return card.id
    merged = select(Card.id).where(Card.merchant_id == card.merchant_id, Card.customer_id == customer.id, IS_MERGED)
    return await session.scalar(merged.order_by(Card.id.desc()).limit(1)) or card.id


async def _is_welcome(session: AsyncSession, card: Card) -> bool:
    """Once in a life: not again because another address, or another card of theirs, was merged."""
    person = func.person_customers(card.merchant_id, card.customer_id)
    return not await session.scalar(select(func.is_welcomed(card.merchant_id, person, card.scope_store_id)))


async def get_setup(session: AsyncSession, origin: Origin) -> Setup:
    document = await session.scalar(select(cast(func.till_setup(origin.merchant_id, origin.store_id), Text)))
    assert document is not None, "a store has a merchant with a policy"
    return decode_setup(document)


def check_birth_date(born: date | None, today: date) -> None:
    """`today`: where the store is. Raises ValidationFailed for a day in the future or before living memory."""
    if born is not None and not BORN_FIRST <= born <= today:
        raise ValidationFailed(FieldError("/birth_date", "out_of_range", "Between 1900 and today."))


def _check_public(setup: Setup, person: Person) -> None:
    if not setup.policy.allow_self_enrollment:
        raise EnrollmentClosed
    if not getattr(person, "accept_terms", False):
        raise TermsNotAccepted


async def _find_or_add_card(
    session: AsyncSession, origin: Origin, setup: Setup, customer: Customer
) -> tuple[Card, bool]:
    """The person is locked, so no other till makes a second card meanwhile."""
    is_shared = setup.policy.allow_cross_location_redemption
    existing = await _find_card(session, origin, customer, is_shared=is_shared)
    if existing is not None:
        if existing.scope_store_id not in {None, origin.store_id}:
            existing.scope_store_id = None
            await session.flush()
        return existing, False
    assert setup.program is not None, "an open program exists"
    card = Card(
        merchant_id=origin.merchant_id,
        id=new_id(),
        code=new_code(),
        customer_id=customer.id,
        program_id=setup.program.id,
        store_id=origin.store_id,
        scope_store_id=None if is_shared else origin.store_id,
        enrolled_at=origin.now,
        last_activity_at=origin.now,
    )
    session.add(card)
    await session.flush()
    return card, True


async def _find_card(session: AsyncSession, origin: Origin, customer: Customer, *, is_shared: bool) -> Card | None:
    """The card this person would show here, whatever the policy was when it was made, and whichever name it is in.

    The card of this store, where its balance was collected; else the one that works everywhere. When stores share
    their cards and there are only cards of other stores, from the time when they did not, it is the newest of those,
    which works everywhere from now on: a further card would be a second welcome bonus, and a card that is refused at
    this till would be no answer.
    """
    person = func.person_customers(origin.merchant_id, customer.id)
    is_ours, is_everywhere = Card.scope_store_id == origin.store_id, Card.scope_store_id.is_(None)
    query = (
        select(Card)
        .where(Card.merchant_id == origin.merchant_id, Card.customer_id == func.any(person), IN_USE)
        .order_by(is_ours.desc().nulls_last(), Card.enrolled_at.desc(), Card.id.desc())
    )
    cards = list(await session.scalars(query if is_shared else query.where(is_ours | is_everywhere)))
    return next((card for card in cards if card.scope_store_id in {None, origin.store_id}), cards[0] if cards else None)


def draft_enrolled(state: CardState, origin: Origin, *, is_welcome: bool = True) -> BookingDraft:
    """The first line of a card's history, and the welcome bonus if there is one for this person."""
    draft = BookingDraft(state, origin)
    row = draft.close_line(draft.open_line("points"), "enrolled", 0)
    draft.record(CardEnrolled(row.card_id, row.id))
    bonus = state.terms.welcome_bonus_points
    if bonus and is_welcome and state.program.has_points:
        line = draft.open_line("points")
        draft.lots.grant(line, bonus, lot_life(state.terms, draft.moment))
        draft.close_line(line, "welcome_bonus", bonus)
    return draft


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

"""Finds or makes the customer and the card of an enrollment, within the transaction of the caller."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.events import record
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.loyalty.cards.code import new_code
from backend.loyalty.cards.models import IN_USE, IS_MERGED, Card
from backend.loyalty.customers.actions import fill_in, find_or_add_customer, phone_in_one_form
from backend.loyalty.customers.events import CustomerChanged
from backend.loyalty.customers.models import Customer
from backend.loyalty.customers.schemas import Person
from backend.loyalty.enrollment.problems import EnrollmentClosed, TermsNotAccepted
from backend.loyalty.ledger.booking.checks import check_open
from backend.loyalty.ledger.booking.draft import BookingDraft
from backend.loyalty.ledger.booking.setup import Setup, decode_setup
from backend.loyalty.ledger.booking.state import CardState, decode_state
from backend.loyalty.ledger.events import CardEnrolled
from backend.loyalty.ledger.rules import lot_life

BORN_FIRST = date(1900, 1, 1)


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


async def enroll_customer(session: AsyncSession, origin: Origin, person: Person, *, is_public: bool) -> Enrolled:
    """Finds or makes customer and card, and drafts `enrolled` and the welcome bonus. The caller writes the draft."""
    setup = await get_setup(session, origin)
    check_open(setup)
    check_birth_date(person.birth_date, origin.now.astimezone(setup.store.zone).date())
    if is_public:
        _check_public(setup, person)
    assert setup.program is not None, "an open program exists"
    language = person.language or (origin.language if is_public else setup.language_for(None))
    # An anonymous caller who enters somebody's address must not be able to add a phone of their own to that customer.
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
    setup = func.till_setup(origin.merchant_id, origin.store_id, origin.now)
    document = await session.scalar(select(cast(setup, Text)))
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

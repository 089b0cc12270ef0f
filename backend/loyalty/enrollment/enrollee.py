"""The customer and the card of an enrollment, found or made in the session's transaction."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.events import record
from backend.core.idempotency import Key
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.loyalty.cards.code import new_code
from backend.loyalty.cards.models import IN_USE, IS_MERGED, Card
from backend.loyalty.customers.actions import fill_in, find_or_add_customer, phone_in_one_form
from backend.loyalty.customers.consent import give_consent, has_withdrawn
from backend.loyalty.customers.events import CustomerChanged
from backend.loyalty.customers.models import Customer
from backend.loyalty.customers.schemas import Person
from backend.loyalty.ledger.booking.setup import Setup
from backend.loyalty.ledger.booking.state import CardState, decode_state


@dataclass(frozen=True, slots=True)
class Enrollee:
    state: CardState
    is_new: bool
    """The card was made now."""
    is_welcome: bool
    """The card is new, and this person has had no welcome bonus yet."""
    own_card_id: UUID
    """The card of the address that was given: another card goes on for it when it was merged."""


async def find_or_add_enrollee(
    session: AsyncSession,
    origin: Origin,
    setup: Setup,
    person: Person,
    *,
    language: str,
    completes_known: bool,
    key: Key | None,
) -> Enrollee:
    """`language`: of a new customer. The state of the card includes the answer to the key. Raises ValidationFailed."""
    phone_norm = phone_in_one_form(person.phone, setup.store.country)
    customer, is_added = await find_or_add_customer(session, origin, person.email, language=language)
    card, is_new = await _find_or_add_card(session, origin, setup, customer)
    if is_added or completes_known:
        await _fill_in(session, origin, await _holder_of(session, card), person, phone_norm, is_added=is_added)
    state = await _get_state(session, origin, card.id, key)
    own_card_id = await _own_card_id(session, card, customer)
    return Enrollee(state, is_new, is_new and await _is_welcome(session, card), own_card_id)


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
    """The card this person would show here, made under any policy and in any name.

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


async def _holder_of(session: AsyncSession, card: Card) -> Customer:
    """Locked already, with everybody who is the same person."""
    assert card.customer_id is not None, "a card in use has a holder"
    return await session.get_one(Customer, (card.merchant_id, card.customer_id))


async def _fill_in(
    session: AsyncSession, origin: Origin, holder: Customer, person: Person, phone_norm: str | None, *, is_added: bool
) -> None:
    if await fill_in(session, holder, person, phone_norm) and not is_added:
        record(session, origin.merchant_id, CustomerChanged(holder.id), origin.now)
    user_id = origin.user_id or origin.on_behalf_user_id
    # An anonymous caller cannot take back what the owner of a mailbox has decided.
    if person.accept_marketing and (user_id or not await has_withdrawn(session, holder)):
        give_consent(session, holder, "enrollment", origin.now, user_id=user_id)


async def _get_state(session: AsyncSession, origin: Origin, card_id: UUID, key: Key | None) -> CardState:
    key_value = key.value if key else None
    state = func.card_state(origin.merchant_id, origin.store_id, card_id, None, None, key_value, origin.now)
    document = await session.scalar(select(cast(state, Text)))
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

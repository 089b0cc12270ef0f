"""The demo world: people, stores and history that `make run`, the tests and the documents share."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.permissions import TILL
from backend.core.addresses import normalize_email
from backend.core.clock import clock
from backend.core.database import enter_merchant
from backend.core.hashing import hash_secret
from backend.core.idempotency import Key
from backend.core.ids import new_id
from backend.core.origin import Origin
from backend.loyalty.categories.models import Category
from backend.loyalty.customers.schemas import Person
from backend.loyalty.enrollment.actions import Enrollment
from backend.loyalty.ledger.booking.operation import Operation
from backend.loyalty.ledger.booking.request import BookingRequest
from backend.loyalty.ledger.operations.earn import EarnPoints
from backend.loyalty.ledger.operations.stamp import AddStamp
from backend.loyalty.ledger.schemas import Earn, Stamp
from backend.loyalty.programs.models import Program, TermsVersion
from backend.loyalty.rewards.models import Reward
from backend.merchants.models import COUNTRY, Merchant, Policy, Store, StoreCode
from backend.services import Services
from backend.staff.models import StoreMember, User
from backend.staff_pins.models import StaffPin
from backend.staff_pins.rules import peppered

WORLD = Path(__file__).with_name("world.toml")

Told = dict[str, Any]


def read_world() -> Told:
    return tomllib.loads(WORLD.read_text(encoding="utf-8"))


async def seed(services: Services) -> list[str]:
    """Adds what of the world is not there yet; the codes of the merchants added."""
    world = read_world()
    password_hash = await hash_secret(world["password"])
    async with services.sessions.committing() as session:
        await _add_users(session, world["users"], password_hash, None)
    return [told["code"] for told in world["merchants"] if await _seed_merchant(services, told, password_hash)]


@dataclass(frozen=True, slots=True)
class _Added:
    merchant_id: UUID
    stores: dict[str, UUID]
    first_category: dict[str, UUID]
    """By store code, for stores that have categories."""


async def _seed_merchant(services: Services, told: Told, password_hash: str) -> bool:
    """False when the merchant was there; an interrupted history is continued all the same."""
    async with services.sessions.committing() as session:
        merchant_id = await session.scalar(select(Merchant.id).where(Merchant.code == told["code"]))
        if merchant_id is None:
            added = await _add_merchant(session, told)
            users = await _add_users(session, told["users"], password_hash, added.merchant_id)
            await _add_staff(services, session, told["users"], users, added)
            await _add_program(session, told["program"], told["language"], added.merchant_id)
        else:
            added = await _find_added(session, merchant_id)
    for person in told["customers"]:
        await _add_history(services, person, added)
    return merchant_id is None


async def _find_added(session: AsyncSession, merchant_id: UUID) -> _Added:
    await enter_merchant(session, merchant_id)
    stores = (await session.execute(select(Store.code, Store.id))).tuples()
    categories = select(Store.code, Category.id).join(Category, Category.store_id == Store.id)
    first = (await session.execute(categories.where(Category.position == 1))).tuples()
    return _Added(merchant_id, dict(stores.all()), dict(first.all()))


async def _add_merchant(session: AsyncSession, told: Told) -> _Added:
    now = clock.now()
    merchant = Merchant(
        id=new_id(),
        code=told["code"],
        name=told["name"],
        timezone=told["timezone"],
        default_language=told["language"],
        currency="EUR",
        created_at=now,
    )
    session.add(merchant)
    await session.flush()
    await enter_merchant(session, merchant.id)
    session.add(Policy(merchant_id=merchant.id, **told["policy"]))
    added = _Added(merchant.id, {}, {})
    for store in told["stores"]:
        await _add_store(session, store, told["timezone"], added)
    return added


async def _add_store(session: AsyncSession, told: Told, timezone: str, added: _Added) -> None:
    store = Store(
        merchant_id=added.merchant_id,
        id=new_id(),
        code=told["code"],
        name=told["name"],
        timezone=timezone,
        country=told.get("country", COUNTRY),
        language=told.get("language"),
        created_at=clock.now(),
    )
    session.add(store)
    await session.flush()
    session.add(StoreCode(code=store.code, merchant_id=added.merchant_id, store_id=store.id))
    added.stores[store.code] = store.id
    for position, name in enumerate(told.get("categories", []), start=1):
        category = Category(merchant_id=added.merchant_id, id=new_id(), store_id=store.id, name=name, position=position)
        session.add(category)
        added.first_category.setdefault(store.code, category.id)


async def _add_users(
    session: AsyncSession, told: list[Told], password_hash: str, merchant_id: UUID | None
) -> dict[str, UUID]:
    known: dict[str, UUID] = dict((await session.execute(select(User.email_norm, User.id))).tuples().all())
    for person in told:
        if normalize_email(person["email"]) in known:
            continue
        user = User(
            id=new_id(),
            merchant_id=merchant_id,
            role=person["role"],
            email=person["email"],
            email_norm=normalize_email(person["email"]),
            name=person["name"],
            password_hash=password_hash,
            created_at=clock.now(),
        )
        session.add(user)
        known[person["email"]] = user.id
    await session.flush()
    return known


async def _add_staff(
    services: Services, session: AsyncSession, told: list[Told], users: dict[str, UUID], added: _Added
) -> None:
    for person in told:
        user_id = users[person["email"]]
        for code in person.get("stores", []):
            session.add(
                StoreMember(
                    merchant_id=added.merchant_id,
                    store_id=added.stores[code],
                    user_id=user_id,
                    permissions=sorted(TILL),
                )
            )
        if "pin" in person:
            secret = peppered(services.key_ring, added.merchant_id, user_id, person["pin"])[0]
            session.add(
                StaffPin(
                    merchant_id=added.merchant_id,
                    id=new_id(),
                    user_id=user_id,
                    verifier=await hash_secret(secret),
                    created_at=clock.now(),
                )
            )


async def _add_program(session: AsyncSession, told: Told, language: str, merchant_id: UUID) -> None:
    rate, program_id, now = Fraction(told["points_per_euro"]), new_id(), clock.now()
    session.add(
        Program(
            merchant_id=merchant_id,
            id=program_id,
            type=told["type"],
            name=told["name"],
            card_name=told["card_name"],
            card_color=told["card_color"],
            terms_text=told["terms_text"],
            default_language=language,
            terms_version=1,
            created_at=now,
        )
    )
    await session.flush()
    session.add(
        TermsVersion(
            merchant_id=merchant_id,
            program_id=program_id,
            version=1,
            points_numerator=rate.numerator,
            points_denominator=rate.denominator,
            welcome_bonus_points=told["welcome_bonus_points"],
            stamps_target=told["stamps_target"],
            stamp_reward=told["stamp_reward"],
            published_at=now,
        )
    )
    for reward in told.get("rewards", []):
        session.add(
            Reward(
                merchant_id=merchant_id,
                id=new_id(),
                program_id=program_id,
                description={},
                created_at=now,
                **reward,
            )
        )


async def _add_history(services: Services, told: Told, added: _Added) -> None:
    """Through the real actions, at the moments told."""
    person = Person(**{field: told[field] for field in Person.__struct_fields__ if field in told})
    code = told["enrolled_at_store"]
    enrollment: Enrollment = services.enrollment
    reply = await enrollment.by_staff(_origin(added, code, told["enrolled_days_ago"]), person, None)
    card_id = _card_id(reply.body)
    for visit in told["visits"]:
        for operation in _operations(visit, added.first_category.get(code)):
            key = f"seed {code} {told['email']} {visit['days_ago']} {type(operation).__name__}"
            origin = _origin(added, code, visit["days_ago"])
            request = BookingRequest(origin, Key(key, b"seed".hex()), card_id=card_id)
            await services.ledger.book(operation, request)


def _operations(visit: Told, category_id: UUID | None) -> list[Operation]:
    categories = [category_id] if category_id else []
    operations: list[Operation] = []
    if visit["amount_cents"]:
        body = Earn(purchase_amount_cents=visit["amount_cents"], category_ids=categories)
        operations.append(EarnPoints(body))
    if visit["stamp"]:
        operations.append(AddStamp(Stamp()))
    return operations


def _origin(added: _Added, store_code: str, days_ago: int) -> Origin:
    now = clock.now() - timedelta(days=days_ago)
    return Origin.of_nobody(added.merchant_id, now, instance="seed", store_id=added.stores[store_code])


def _card_id(body: bytes) -> UUID:
    return msgspec.json.decode(body, type=_CardId).id


class _CardId(msgspec.Struct):
    id: UUID

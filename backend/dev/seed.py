"""The demo world: people, stores and history that `make run`, the tests and the documents share."""

import tomllib
from contextlib import nullcontext, suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.clock import clock
from backend.core.database import enter_merchant
from backend.core.hashing import hash_secret
from backend.core.idempotency import Key
from backend.core.origin import Origin
from backend.core.problems import Problem
from backend.dev.seed_merchant import SeededMerchant, Table, add_merchant, add_program, add_staff, add_users
from backend.loyalty.categories.models import Category
from backend.loyalty.customers.schemas import Person
from backend.loyalty.enrollment.actions import Enrollment
from backend.loyalty.ledger.booking.operation import Operation
from backend.loyalty.ledger.booking.request import BookingRequest
from backend.loyalty.ledger.operations.earn import EarnPoints
from backend.loyalty.ledger.operations.stamp import AddStamp
from backend.loyalty.ledger.problems.bookings import AlreadyBooked
from backend.loyalty.ledger.schemas.bookings import Earn, Stamp
from backend.merchants.models import Merchant, Store
from backend.messaging.template_editing.seeding import seed_templates
from backend.services import Services

WORLD = Path(__file__).with_name("world.toml")


def read_world() -> Table:
    return tomllib.loads(WORLD.read_text(encoding="utf-8"))


async def seed(services: Services) -> list[str]:
    """Adds the missing parts of the demo world. Returns the codes of the added merchants."""
    world = read_world()
    password_hash = await hash_secret(world["password"])
    async with services.sessions.committing() as session:
        await add_users(session, world["users"], password_hash)
        await seed_templates(session, clock.now())
    return [table["code"] for table in world["merchants"] if await _seed_merchant(services, table, password_hash)]


async def _seed_merchant(services: Services, table: Table, password_hash: str) -> bool:
    """Whether the merchant was added. The history of an existing one is completed, too, as far as its rules allow:

    somebody may have switched a store off, closed it or changed the policy since.
    """
    async with services.sessions.committing() as session:
        merchant_id = await session.scalar(select(Merchant.id).where(Merchant.code == table["code"]))
        if merchant_id is None:
            # Before the merchant is settled: nobody is one of its people yet.
            users = await add_users(session, table["users"], password_hash)
            merchant = await add_merchant(session, table)
            await add_staff(services, session, table["users"], users, merchant)
            await add_program(session, table["program"], table["language"], merchant.merchant_id)
        else:
            merchant = await _find_merchant(session, merchant_id)
    is_new = merchant_id is None
    for person in table["customers"]:
        with nullcontext() if is_new else suppress(Problem):
            await _add_history(services, person, merchant)
    return is_new


async def _find_merchant(session: AsyncSession, merchant_id: UUID) -> SeededMerchant:
    await enter_merchant(session, merchant_id)
    stores = (await session.execute(select(Store.code, Store.id))).tuples()
    categories = select(Store.code, Category.id).join(Category, Category.store_id == Store.id)
    first = (await session.execute(categories.where(Category.position == 1))).tuples()
    return SeededMerchant(merchant_id, dict(stores.all()), dict(first.all()))


async def _add_history(services: Services, table: Table, merchant: SeededMerchant) -> None:
    """Enrolls the customer and books the visits through the real services, at their times in the past."""
    person = Person(**{field: table[field] for field in Person.__struct_fields__ if field in table})
    code = table["enrolled_at_store"]
    enrollment: Enrollment = services.enrollment
    reply = await enrollment.by_staff(_origin(merchant, code, table["enrolled_days_ago"]), person, None)
    card_id = _card_id(reply.body)
    for visit in table["visits"]:
        for operation in _operations(visit, merchant.first_category.get(code)):
            key = f"seed {code} {table['email']} {visit['days_ago']} {type(operation).__name__}"
            origin = _origin(merchant, code, visit["days_ago"])
            request = BookingRequest(origin, Key(key, b"seed".hex()), card_id=card_id)
            # Stored answers are purged; the key stays on its transaction.
            with suppress(AlreadyBooked):
                await services.ledger.book(operation, request)


def _operations(visit: Table, category_id: UUID | None) -> list[Operation]:
    categories = [category_id] if category_id else []
    operations: list[Operation] = []
    if visit["amount_cents"]:
        body = Earn(purchase_amount_cents=visit["amount_cents"], category_ids=categories)
        operations.append(EarnPoints(body))
    if visit["stamp"]:
        operations.append(AddStamp(Stamp()))
    return operations


def _origin(merchant: SeededMerchant, store_code: str, days_ago: int) -> Origin:
    now = clock.now() - timedelta(days=days_ago)
    return Origin.of_nobody(merchant.merchant_id, now, instance="seed", store_id=merchant.stores[store_code])


def _card_id(body: bytes) -> UUID:
    return msgspec.json.decode(body, type=_CardId).id


class _CardId(msgspec.Struct):
    id: UUID

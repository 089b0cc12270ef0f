"""Adds a merchant of the demo world: stores, users, PINs and program."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.permissions import PLATFORM_ROLES, TILL
from backend.core.addresses import normalize_email
from backend.core.clock import clock
from backend.core.database import enter_merchant
from backend.core.hashing import hash_secret
from backend.core.ids import new_id
from backend.loyalty.categories.models import Category
from backend.loyalty.programs.models import Program, TermsVersion
from backend.loyalty.rewards.models import Reward
from backend.merchants.models import COUNTRY, Merchant, Policy, Store, StoreCode
from backend.services import Services
from backend.staff.models import MerchantMember, StoreMember, User
from backend.staff_pins.models import StaffPin
from backend.staff_pins.rules import peppered

Table = dict[str, Any]
"""A table of `world.toml`."""


@dataclass(frozen=True, slots=True)
class SeededMerchant:
    merchant_id: UUID
    stores: dict[str, UUID]
    first_category: dict[str, UUID]
    """By store code, for stores that have categories."""


async def add_merchant(session: AsyncSession, table: Table) -> SeededMerchant:
    """The merchant with policy, stores and categories."""
    now = clock.now()
    merchant = Merchant(
        id=new_id(),
        code=table["code"],
        name=table["name"],
        timezone=table["timezone"],
        default_language=table["language"],
        currency="EUR",
        contact_email=table["contact_email"],
        postal_address=table["postal_address"],
        created_at=now,
    )
    session.add(merchant)
    await session.flush()
    await enter_merchant(session, merchant.id)
    session.add(Policy(merchant_id=merchant.id, **table["policy"]))
    seeded = SeededMerchant(merchant.id, {}, {})
    for store in table["stores"]:
        await _add_store(session, store, table["timezone"], seeded)
    return seeded


async def _add_store(session: AsyncSession, table: Table, timezone: str, merchant: SeededMerchant) -> None:
    store = Store(
        merchant_id=merchant.merchant_id,
        id=new_id(),
        code=table["code"],
        name=table["name"],
        timezone=timezone,
        country=table.get("country", COUNTRY),
        language=table.get("language"),
        created_at=clock.now(),
    )
    session.add(store)
    await session.flush()
    session.add(StoreCode(code=store.code, merchant_id=merchant.merchant_id, store_id=store.id))
    merchant.stores[store.code] = store.id
    for position, name in enumerate(table.get("categories", []), start=1):
        category = Category(
            merchant_id=merchant.merchant_id, id=new_id(), store_id=store.id, name=name, position=position
        )
        session.add(category)
        merchant.first_category.setdefault(store.code, category.id)


async def add_users(session: AsyncSession, people: list[Table], password_hash: str) -> dict[str, UUID]:
    """Adds the missing users. Returns the ids of all users by email."""
    ids: dict[str, UUID] = dict((await session.execute(select(User.email_norm, User.id))).tuples().all())
    for person in people:
        if normalize_email(person["email"]) in ids:
            continue
        user = User(
            id=new_id(),
            platform_role=person["role"] if person["role"] in PLATFORM_ROLES else None,
            email=person["email"],
            email_norm=normalize_email(person["email"]),
            name=person["name"],
            password_hash=password_hash,
            created_at=clock.now(),
        )
        session.add(user)
        ids[person["email"]] = user.id
    await session.flush()
    return ids


async def add_staff(
    services: Services, session: AsyncSession, people: list[Table], users: dict[str, UUID], merchant: SeededMerchant
) -> None:
    for person in people:
        user_id, now = users[person["email"]], clock.now()
        session.add(
            MerchantMember(
                merchant_id=merchant.merchant_id, user_id=user_id, role=person["role"], joined_at=now, updated_at=now
            )
        )
        await session.flush()
        for code in person.get("stores", []):
            session.add(
                StoreMember(
                    merchant_id=merchant.merchant_id,
                    store_id=merchant.stores[code],
                    user_id=user_id,
                    permissions=sorted(TILL),
                )
            )
        if "pin" in person:
            secret = peppered(services.key_ring, merchant.merchant_id, user_id, person["pin"])[0]
            session.add(
                StaffPin(
                    merchant_id=merchant.merchant_id,
                    id=new_id(),
                    user_id=user_id,
                    verifier=await hash_secret(secret),
                    set_at=now,
                    created_at=now,
                )
            )


async def add_program(session: AsyncSession, table: Table, language: str, merchant_id: UUID) -> None:
    program_id, now = new_id(), clock.now()
    session.add(
        Program(
            merchant_id=merchant_id,
            id=program_id,
            type=table["type"],
            name=table["name"],
            card_name=table["card_name"],
            card_color=table["card_color"],
            terms_text=table["terms_text"],
            default_language=language,
            terms_version=1,
            created_at=now,
        )
    )
    await session.flush()
    session.add(_terms(table, merchant_id, program_id, now))
    for position, reward in enumerate(table.get("rewards", []), start=1):
        session.add(
            Reward(
                merchant_id=merchant_id,
                id=new_id(),
                program_id=program_id,
                description={},
                position=position,
                created_at=now,
                updated_at=now,
                **reward,
            )
        )


def _terms(table: Table, merchant_id: UUID, program_id: UUID, now: datetime) -> TermsVersion:
    rate = Fraction(table["points_per_euro"])
    return TermsVersion(
        merchant_id=merchant_id,
        program_id=program_id,
        version=1,
        points_numerator=rate.numerator,
        points_denominator=rate.denominator,
        welcome_bonus_points=table["welcome_bonus_points"],
        stamps_target=table["stamps_target"],
        stamp_reward=table["stamp_reward"],
        published_at=now,
    )

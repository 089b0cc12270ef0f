from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access.problems import StoreNotFound
from backend.core.database import Sessions
from backend.merchants.models import COUNTRY, Merchant, Store
from backend.merchants.problems import MerchantNotFound

DueWork = Literal["mails", "holds", "previews", "rewards", "passes"]
WITH_WORK = "SELECT merchants_with_work($1, $2)"
STORE_BY_CODE = "SELECT merchant_id, store_id FROM store_codes WHERE code = $1 AND is_active"


@dataclass(frozen=True, slots=True)
class StoreIds:
    merchant_id: UUID
    store_id: UUID


async def get_store_ids(pool: asyncpg.Pool, code: str) -> StoreIds:
    """The store with this code, case-insensitive. Raises StoreNotFound, also for a closed one."""
    # PostgreSQL refuses text that contains NUL.
    row = await pool.fetchrow(STORE_BY_CODE, code.strip().upper()) if code.isprintable() else None
    if row is None:
        raise StoreNotFound
    return StoreIds(row["merchant_id"], row["store_id"])


async def get_merchant_id(sessions: Sessions, code: str) -> UUID:
    """`code` is case-insensitive. Raises MerchantNotFound."""
    if not code.isprintable():
        raise MerchantNotFound
    async with sessions.committing() as session:
        merchant_id: UUID | None = await session.scalar(
            select(Merchant.id).where(Merchant.code == code.strip().lower())
        )
    if merchant_id is None:
        raise MerchantNotFound
    return merchant_id


async def get_zone(session: AsyncSession, merchant_id: UUID) -> ZoneInfo:
    """Where the merchant's days begin."""
    return ZoneInfo(await session.scalar(select(Merchant.timezone).where(Merchant.id == merchant_id)) or "UTC")


async def list_zones(session: AsyncSession) -> list[str]:
    """Those in which there are merchants."""
    return list(await session.scalars(select(Merchant.timezone).distinct().order_by(Merchant.timezone)))


async def list_countries(sessions: Sessions, merchant_id: UUID) -> list[str]:
    """Countries of the merchant's stores: the candidates for a phone number without a country code."""
    async with sessions.committing(merchant_id) as session:
        countries = select(Store.country).where(Store.merchant_id == merchant_id).distinct().order_by(Store.country)
        return list(await session.scalars(countries)) or [COUNTRY]


async def list_merchant_ids(sessions: Sessions, only: UUID | None = None) -> list[UUID]:
    """All merchants by id, for timed tasks; or only the one given."""
    if only is not None:
        return [only]
    async with sessions.committing() as session:
        return list(await session.scalars(select(Merchant.id).order_by(Merchant.id)))


async def list_merchant_codes(sessions: Sessions) -> list[tuple[UUID, str]]:
    """All merchants by id, each with its code."""
    async with sessions.committing() as session:
        rows = await session.execute(select(Merchant.id, Merchant.code).order_by(Merchant.id))
    return [(row[0], row[1]) for row in rows]


async def list_merchants_with(work: DueWork, pool: asyncpg.Pool, now: datetime) -> list[UUID]:
    """Merchants with due work of this kind, so that frequent jobs visit no others."""
    return [row[0] for row in await pool.fetch(WITH_WORK, work, now)]

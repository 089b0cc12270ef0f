from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
from sqlalchemy import select

from backend.access.problems import StoreNotFound
from backend.core.database import Sessions
from backend.merchants.models import COUNTRY, Merchant, Store
from backend.merchants.problems import MerchantNotFound

Work = Literal["mails", "holds", "previews"]
WITH_WORK = "SELECT merchants_with_work($1, $2)"
STORE_BY_CODE = "SELECT merchant_id, store_id FROM store_codes WHERE code = $1"


@dataclass(frozen=True, slots=True)
class StorePlace:
    merchant_id: UUID
    store_id: UUID


async def get_place(pool: asyncpg.Pool, code: str) -> StorePlace:
    """The store a poster names, in any case. Raises StoreNotFound."""
    # PostgreSQL takes no text with a NUL.
    row = await pool.fetchrow(STORE_BY_CODE, code.strip().upper()) if code.isprintable() else None
    if row is None:
        raise StoreNotFound
    return StorePlace(row["merchant_id"], row["store_id"])


async def get_merchant_id(sessions: Sessions, code: str) -> UUID:
    """In any case. Raises MerchantNotFound."""
    async with sessions.committing() as session:
        found: UUID | None = await session.scalar(select(Merchant.id).where(Merchant.code == code.strip().lower()))
    if found is None:
        raise MerchantNotFound
    return found


async def list_countries(sessions: Sessions, merchant_id: UUID) -> list[str]:
    """Of the merchant's stores: of each a number may be that is told in an office without its country's code."""
    async with sessions.committing(merchant_id) as session:
        theirs = select(Store.country).where(Store.merchant_id == merchant_id).distinct().order_by(Store.country)
        return list(await session.scalars(theirs)) or [COUNTRY]


async def list_merchant_ids(sessions: Sessions, only: UUID | None = None) -> list[UUID]:
    """All of them, for what runs by itself, always in the same order; or the one that is asked for."""
    if only is not None:
        return [only]
    async with sessions.committing() as session:
        return list(await session.scalars(select(Merchant.id).order_by(Merchant.id)))


async def list_merchants_with(work: Work, pool: asyncpg.Pool, now: datetime) -> list[UUID]:
    """Those for whom such work is due; what runs every few seconds visits nobody else."""
    return [row[0] for row in await pool.fetch(WITH_WORK, work, now)]

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from backend.access.problems import StoreNotFound

STORE_BY_CODE = "SELECT merchant_id, store_id FROM store_codes WHERE code = $1"


@dataclass(frozen=True, slots=True)
class StorePlace:
    merchant_id: UUID
    store_id: UUID


async def get_place(pool: asyncpg.Pool, code: str) -> StorePlace:
    """The store a poster names, in any case. Raises StoreNotFound."""
    row = await pool.fetchrow(STORE_BY_CODE, code.strip().upper())
    if row is None:
        raise StoreNotFound
    return StorePlace(row["merchant_id"], row["store_id"])

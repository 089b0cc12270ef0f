"""Writes an entry without a session."""

import asyncpg
import msgspec

from backend.audit.rows import EntryRow
from backend.core.database import within_merchant

WRITE = "INSERT INTO audit_entries SELECT * FROM json_populate_record(NULL::audit_entries, $1)"


async def write_entry(pool: asyncpg.Pool, row: EntryRow) -> None:
    """In a transaction of its own."""
    async with within_merchant(pool, row.merchant_id) as connection:
        await connection.execute(WRITE, msgspec.json.encode(row).decode())

"""The content of each program's class that was sent to Google last."""

from datetime import datetime

import asyncpg
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from backend.core.database import Sessions
from backend.wallets.models import GoogleProgram
from backend.wallets.ports import ProgramSnapshot

SENT = "SELECT payload_hash FROM google_programs WHERE class_id = $1 AND review_status <> 'rejected'"


async def find_class_hash(pool: asyncpg.Pool, class_id: str) -> bytes | None:
    """None for a rejected class, which is sent again. Read before each push, on the till's connections."""
    payload_hash: bytes | None = await pool.fetchval(SENT, class_id)
    return payload_hash


async def save_class(
    sessions: Sessions,
    program: ProgramSnapshot,
    *,
    class_id: str,
    payload_hash: bytes,
    review_status: str,
    now: datetime,
) -> None:
    """Callbacks find the merchant by this row."""
    values = {"class_id": class_id, "payload_hash": payload_hash, "review_status": review_status, "synced_at": now}
    key = {"merchant_id": program.merchant_id, "program_id": program.program_id}
    # The key is the program, because the class id changes with the issuer.
    row = insert(GoogleProgram).values(**key, **values).on_conflict_do_nothing().returning(GoogleProgram.class_id)
    async with sessions.committing() as session:
        # No target: two at once conflict in either of the table's keys.
        if await session.scalar(row) is None:
            await session.execute(update(GoogleProgram).filter_by(**key).values(values))

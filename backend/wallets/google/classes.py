"""What Google was last told about each program."""

from datetime import datetime

import asyncpg
from sqlalchemy.dialects.postgresql import insert

from backend.core.database import Sessions
from backend.wallets.models import GoogleProgram
from backend.wallets.ports import ProgramSnapshot

TOLD = "SELECT payload_hash FROM google_programs WHERE class_id = $1 AND review_status <> 'rejected'"


async def told_hash(pool: asyncpg.Pool, class_id: str) -> bytes | None:
    """Of what Google has taken; what it has rejected is told again. Asked before each push: on the till's lane."""
    found: bytes | None = await pool.fetchval(TOLD, class_id)
    return found


async def remember_class(
    sessions: Sessions,
    program: ProgramSnapshot,
    *,
    class_id: str,
    payload_hash: bytes,
    review_status: str,
    now: datetime,
) -> None:
    """Also what a callback finds the merchant by."""
    told = {"class_id": class_id, "payload_hash": payload_hash, "review_status": review_status, "synced_at": now}
    mine = {"merchant_id": program.merchant_id, "program_id": program.program_id}
    # By the program: with another issuer its class has another name.
    row = insert(GoogleProgram).values(**mine, **told).on_conflict_do_update(index_elements=list(mine), set_=told)
    async with sessions.committing() as session:
        await session.execute(row)

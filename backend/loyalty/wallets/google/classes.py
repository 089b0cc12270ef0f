"""What Google was last told about each program."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backend.core.database import Sessions
from backend.loyalty.wallets.models import GoogleProgram
from backend.loyalty.wallets.ports import ProgramSnapshot


async def told_hash(sessions: Sessions, class_id: str) -> bytes | None:
    async with sessions.committing() as session:
        found: bytes | None = await session.scalar(
            select(GoogleProgram.payload_hash).where(GoogleProgram.class_id == class_id)
        )
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
    told = {"payload_hash": payload_hash, "review_status": review_status, "synced_at": now}
    row = insert(GoogleProgram).values(
        class_id=class_id, merchant_id=program.merchant_id, program_id=program.program_id, **told
    )
    async with sessions.committing() as session:
        await session.execute(row.on_conflict_do_update(index_elements=[GoogleProgram.class_id], set_=told))

"""Recovery codes: ten for each person, each replaces a second factor once."""

import re
import secrets
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.identity.models import RecoveryCode
from backend.identity.problems import SecondFactorRefused

COUNT = 10
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Without characters that look like another."""
LENGTH = 16
GROUP = 4


async def replace_recovery_codes(session: AsyncSession, user_id: UUID) -> list[str]:
    """New codes in groups of four; earlier ones are valid no more."""
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(COUNT)]
    await delete_recovery_codes(session, user_id)
    session.add_all(RecoveryCode(user_id=user_id, code_hash=_hash(user_id, code)) for code in codes)
    return ["-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP)) for code in codes]


async def delete_recovery_codes(session: AsyncSession, user_id: UUID) -> None:
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


async def count_recovery_codes(session: AsyncSession, user_id: UUID) -> int:
    left = await session.scalar(select(func.count()).where(RecoveryCode.user_id == user_id))
    return left or 0


async def use_recovery_code(session: AsyncSession, user_id: UUID, text: str) -> None:
    """Accepts any case and grouping. Raises SecondFactorRefused.

    One statement: of two simultaneous tries with the same code one is refused.
    """
    code = re.sub(r"[\W_]", "", text).upper()
    used = (
        delete(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == _hash(user_id, code))
        .returning(RecoveryCode.user_id)
    )
    if await session.scalar(used) is None:
        raise SecondFactorRefused


def _hash(user_id: UUID, code: str) -> bytes:
    return sha256(user_id.bytes + code.encode()).digest()

"""Steps that a browser has to answer: a random token names each, it works once and for five minutes."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.identity.models import SignInChallenge
from backend.identity.problems import StepEnded
from backend.identity.queries import token_hash

VALID_FOR = timedelta(minutes=5)
TOKEN_BYTES = CHALLENGE_BYTES = 32

Purpose = Literal["second_factor", "passkey", "registration", "confirmation"]


@dataclass(frozen=True, slots=True)
class Step:
    token: str
    challenge: bytes


async def begin_step(session: AsyncSession, purpose: Purpose, user_id: UUID | None, now: datetime) -> Step:
    step = Step(secrets.token_urlsafe(TOKEN_BYTES), secrets.token_bytes(CHALLENGE_BYTES))
    row = SignInChallenge(
        token_hash=token_hash(step.token),
        purpose=purpose,
        user_id=user_id,
        challenge=step.challenge,
        expires_at=now + VALID_FOR,
    )
    session.add(row)
    await session.flush()
    return step


async def user_of_step(session: AsyncSession, purpose: Purpose, token: str, now: datetime) -> UUID:
    """The person of a step that stays open. Raises StepEnded."""
    user_id = await session.scalar(
        select(SignInChallenge.user_id).where(
            SignInChallenge.token_hash == token_hash(token),
            SignInChallenge.purpose == purpose,
            SignInChallenge.expires_at > now,
        )
    )
    if user_id is None:
        raise StepEnded
    return user_id


async def take_step(session: AsyncSession, purpose: Purpose, token: str, user_id: UUID | None, now: datetime) -> bytes:
    """The challenge of the step, which is open no more. Raises StepEnded, also for the step of another person.

    Commit it before what the browser sent is verified: a refused answer may not be followed by another.
    """
    taken = (
        delete(SignInChallenge)
        .where(
            SignInChallenge.token_hash == token_hash(token),
            SignInChallenge.purpose == purpose,
            SignInChallenge.user_id.is_not_distinct_from(user_id),
            SignInChallenge.expires_at > now,
        )
        .returning(SignInChallenge.challenge)
    )
    challenge: bytes | None = await session.scalar(taken)
    if challenge is None:
        raise StepEnded
    return challenge

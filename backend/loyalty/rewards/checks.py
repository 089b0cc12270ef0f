"""Checks of a reward that need several fields or the database."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from backend.loyalty.pictures.queries import keep_from_purge
from backend.loyalty.programs.models import Program
from backend.loyalty.rewards.models import Reward
from backend.merchants.models import Store
from i18n.translator import N_


async def check_reward(session: AsyncSession, reward: Reward) -> None:
    """Raises ValidationFailed with all errors."""
    errors = [*_check_texts(reward, await _language(session, reward)), *_check_period(reward)]
    errors += await _check_stores(session, reward)
    if reward.picture and not await keep_from_purge(session, reward.merchant_id, reward.picture):
        errors.append(FieldError("/picture", "not_found", N_("Upload the picture first.")))
    if errors:
        raise ValidationFailed(*errors)


async def _language(session: AsyncSession, reward: Reward) -> str:
    program = Program.merchant_id == reward.merchant_id, Program.id == reward.program_id
    language: str = (await session.scalars(select(Program.default_language).where(*program))).one()
    return language


def _check_texts(reward: Reward, language: str) -> Iterator[FieldError]:
    if language not in reward.name:
        yield FieldError(f"/name/{language}", "required", N_("Enter a name in the program’s main language."))


def _check_period(reward: Reward) -> Iterator[FieldError]:
    if reward.starts_on and reward.ends_on and reward.ends_on < reward.starts_on:
        yield FieldError("/ends_on", "before_start", N_("The last day is before the first."))


async def _check_stores(session: AsyncSession, reward: Reward) -> list[FieldError]:
    named = [entry.store_id for entry in reward.stores]
    own = select(Store.id).where(Store.merchant_id == reward.merchant_id, Store.id.in_(named))
    known = set(await session.scalars(own)) if named else set()
    return [
        FieldError(f"/store_ids/{index}", "not_found", N_("There is no such store."))
        for index, store_id in enumerate(named)
        if store_id not in known
    ]

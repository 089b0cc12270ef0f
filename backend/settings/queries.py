"""What the database holds of settings."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.keys import KeyRing
from backend.settings.models import SettingOverride, SettingVersion
from backend.settings.problems import SettingCategoryNotFound
from backend.settings.registry import REGISTRY
from backend.settings.resolver import StoredSetting
from backend.settings.sealing import find_unsealed


def check_category(category: str) -> None:
    """Raises SettingCategoryNotFound."""
    if category not in REGISTRY:
        raise SettingCategoryNotFound


async def read_overrides(session: AsyncSession, keys: KeyRing) -> dict[str, StoredSetting]:
    return {row.key: unsealed(keys, row) for row in await session.scalars(select(SettingOverride))}


async def read_versions(session: AsyncSession) -> dict[str, SettingVersion]:
    return {row.category: row for row in await session.scalars(select(SettingVersion))}


async def lock_version(session: AsyncSession, category: str) -> SettingVersion:
    """Locks the category until the transaction ends, so that its saves run one after the other."""
    await session.execute(insert(SettingVersion).values(category=category, version=0).on_conflict_do_nothing())
    return await session.get_one(SettingVersion, category, with_for_update=True)


def unsealed(keys: KeyRing, row: SettingOverride) -> StoredSetting:
    text = row.value if row.sealed_value is None else find_unsealed(keys, row.key, row.sealed_value)
    return StoredSetting(row.key, text, row.updated_at, row.updated_by_name)

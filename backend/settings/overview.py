"""Settings as the database has them at this moment, with what the process knows of its environment."""

from sqlalchemy.ext.asyncio import AsyncSession

from backend.settings.live import LiveSettings
from backend.settings.queries import check_category, read_overrides, read_versions
from backend.settings.registry import REGISTRY
from backend.settings.schemas import SettingCategory
from backend.settings.views import category_view


async def list_categories(session: AsyncSession, live: LiveSettings, language: str) -> list[SettingCategory]:
    versions = await read_versions(session)
    overrides = await read_overrides(session, live.keys)
    return [category_view(name, live.environment, overrides, versions.get(name), language) for name in REGISTRY]


async def get_category(session: AsyncSession, live: LiveSettings, category: str, language: str) -> SettingCategory:
    """Raises SettingCategoryNotFound."""
    check_category(category)
    return next(each for each in await list_categories(session, live, language) if each.category == category)

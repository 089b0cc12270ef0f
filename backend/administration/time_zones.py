from zoneinfo import available_timezones

from sqlalchemy import column, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from backend.core.problems import ValidationFailed
from backend.core.schemas import FieldError
from i18n.translator import N_

KNOWN = table("pg_timezone_names", column("name"))


async def check_time_zone(session: AsyncSession, name: str | None, pointer: str) -> None:
    """Both PostgreSQL and Python know it; None is none. Raises ValidationFailed."""
    if name is None:
        return
    is_known = name in available_timezones() and await session.scalar(select(KNOWN.c.name).where(KNOWN.c.name == name))
    if not is_known:
        raise ValidationFailed(FieldError(pointer, "not_found", N_("There is no such time zone.")))

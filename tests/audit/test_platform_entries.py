"""What the platform's people change is written down, and stays."""

import asyncpg
import pytest
from sqlalchemy import select

from backend.audit.actions import record_platform_change
from backend.audit.models import PlatformAuditEntry
from backend.core.clock import clock
from backend.core.ids import new_id
from backend.core.origin import PlatformOrigin
from backend.services import Services

FROM_A_TERMINAL = "anna at the command line"


@pytest.mark.parametrize("change", ["UPDATE {0} SET action = action", "DELETE FROM {0}", "TRUNCATE {0}"])
@pytest.mark.parametrize("who", ["services", "superuser"])
async def test_an_entry_is_never_changed(
    services: Services, superuser: asyncpg.Connection, change: str, who: str
) -> None:
    await write(services, {"port": 25}, {"port": 587})
    connection = services.pool if who == "services" else superuser
    with pytest.raises(asyncpg.PostgresError):
        await connection.execute(change.format("platform_audit_entries"))


async def test_an_entry_holds_the_fields_that_differ_and_who_changed_them(services: Services) -> None:
    entry = await write(services, {"port": 25, "host": "a"}, {"port": 587, "host": "a"})
    assert entry is not None
    assert (entry.before, entry.after) == ({"port": 25}, {"port": 587})
    assert (entry.user_id, entry.user_name) == (None, FROM_A_TERMINAL)


async def test_without_a_difference_there_is_no_entry(services: Services) -> None:
    assert await write(services, {"port": 25}, {"port": 25}) is None


async def write(services: Services, before: dict[str, object], after: dict[str, object]) -> PlatformAuditEntry | None:
    subject = new_id().hex
    async with services.sessions.committing() as session:
        origin = PlatformOrigin(None, FROM_A_TERMINAL, "en", clock.now())
        record_platform_change(session, origin, "settings.changed", subject=subject, before=before, after=after)
    async with services.sessions.committing() as session:
        found: PlatformAuditEntry | None = await session.scalar(
            select(PlatformAuditEntry).where(PlatformAuditEntry.subject == subject)
        )
        return found

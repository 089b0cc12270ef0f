"""The till's lane to PostgreSQL."""

import pytest
from msgspec.structs import replace

from backend.core import database
from backend.core.database import open_pool
from backend.core.settings import Settings


async def test_with_every_connection_taken_nobody_waits_for_long(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller is told to come back (503), rather than to stand in a line that only grows."""
    monkeypatch.setattr(database, "ACQUIRE_SECONDS", 0.1)
    pool = await open_pool(replace(settings, pool_size=2))
    async with pool.acquire(), pool.acquire():
        with pytest.raises(TimeoutError):
            await pool.fetchval("SELECT 1")
    assert await pool.fetchval("SELECT 1") == 1
    await pool.close()

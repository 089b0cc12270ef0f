from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.world.ledger import assert_ledger_adds_up


@pytest.fixture(autouse=True)
async def adds_up(request: pytest.FixtureRequest, superuser: asyncpg.Connection) -> AsyncIterator[None]:
    """After each test that books, the ledger must add up."""
    yield
    await assert_ledger_adds_up(superuser)

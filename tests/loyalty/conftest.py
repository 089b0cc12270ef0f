from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.world.ledger import assert_ledger_adds_up
from tests.world.shop import Shop


@pytest.fixture(autouse=True)
async def adds_up(superuser: asyncpg.Connection, shops: list[Shop]) -> AsyncIterator[None]:
    """After each test, the ledgers it has written must add up."""
    yield
    if shops:
        await assert_ledger_adds_up(superuser, [shop.merchant_id for shop in shops])

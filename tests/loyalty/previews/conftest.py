from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.world.ledger import assert_ledger_adds_up
from tests.world.shop import Shop


@pytest.fixture(autouse=True)
async def adds_up(superuser: asyncpg.Connection, shops: list[Shop]) -> AsyncIterator[None]:
    """The ledgers that are replayed must add up themselves."""
    yield
    await assert_ledger_adds_up(superuser, [shop.merchant_id for shop in shops])

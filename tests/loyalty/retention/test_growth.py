"""The nightly count reads the transactions of cards that have changed, and of no others."""

from uuid import UUID

import asyncpg

from backend.loyalty.retention.intervals import COUNT_VISITS
from tests.world.plans import plan_with
from tests.world.shop import Shop
from tests.world.statements import POSTGRESQL


async def test_the_visits_of_a_card_are_found_by_its_own_transactions(
    shop: Shop, superuser: asyncpg.Connection
) -> None:
    values = {
        "merchant_id": shop.merchant_id,
        "timezone": "UTC",
        "after": UUID(int=0),
        "last": UUID(int=9),
        "visits_min": 3,
    }
    query = COUNT_VISITS.bindparams(**values)
    statement = str(query.compile(dialect=POSTGRESQL, compile_kwargs={"literal_binds": True}))
    plan = await plan_with("uq_transactions_merchant_id", superuser, statement)
    assert "Index Cond: ((merchant_id = " in plan
    assert "(card_id = c.id))" in plan
    assert "Seq Scan" not in plan

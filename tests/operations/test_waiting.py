"""What the clock looks for every few seconds costs what waits: ten thousand merchants cost what ten do."""

import json
from typing import get_args

import asyncpg
import pytest

from backend.merchants.queries import DueWork
from tests.world.shop import Shop

LOOKS = {work: f"SELECT merchants_with_work('{work}', now())" for work in get_args(DueWork)} | {
    "webhooks": "SELECT due_webhook_endpoints(now())",
    "backlog of mails": "SELECT mail_backlog()",
}
MORE = """
INSERT INTO merchants SELECT (json_populate_record(m, json_build_object(
  'id', gen_random_uuid(), 'code', 'shop-' || n || '-' || m.code))).*
FROM merchants m CROSS JOIN generate_series(1, 300) AS n WHERE m.id = $1
"""
BLOCKS_MAX = 40
"""Of 300 merchants more: less than one for each seven of them."""


@pytest.mark.parametrize("look", LOOKS)
async def test_a_look_costs_the_same_however_many_merchants_there_are(
    shop: Shop, superuser: asyncpg.Connection, look: str
) -> None:
    """In blocks that PostgreSQL reads, all statements of its functions included."""
    transaction = superuser.transaction()
    await transaction.start()
    try:
        few = await blocks_read(superuser, LOOKS[look])
        await superuser.execute(MORE, shop.merchant_id)
        many = await blocks_read(superuser, LOOKS[look])
    finally:
        await transaction.rollback()
    assert many - few < BLOCKS_MAX


async def blocks_read(superuser: asyncpg.Connection, look: str) -> int:
    """The second time: the first one also reads the catalog."""
    await superuser.execute("SET LOCAL ROLE orion_app")
    explain = f"EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT json) {look}"
    (_, plan) = [json.loads(await superuser.fetchval(explain))[0]["Plan"] for _ in range(2)]
    await superuser.execute("RESET ROLE")
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])

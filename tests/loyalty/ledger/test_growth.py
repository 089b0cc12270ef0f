"""The grown world of the benchmarks is a ledger like any other; what is read does not grow with it."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest

from benchmarks.growth_data import write_growth_data
from benchmarks.growth_histories import LENGTHS, VARIANTS
from tests.conftest import OwnTown, Servers, database_of
from tests.world.ledger import violations
from tests.world.office import Office

KINDS = "SELECT DISTINCT kind || ' ' || unit FROM transactions WHERE idempotency_key LIKE 'seed-%'"
OTHERS, A_FEW = 20_000, 100
# Lots of others, each with a line that found it expired; every other one comes from another lot.
GROW = f"""
    WITH lines AS (
      INSERT INTO transactions
      SELECT (jsonb_populate_record(t, jsonb_build_object(
                'id', gen_random_uuid(), 'card_id', gen_random_uuid(), 'kind', 'expired', 'idempotency_key', NULL))).*
      FROM transactions t, generate_series(1, {OTHERS}) WHERE t.merchant_id = $1 AND t.id = $2
      RETURNING id, card_id),
    gone AS (
      INSERT INTO lots (merchant_id, id, card_id, transaction_id, unit, original, remaining, has_grace, from_lot_id)
      SELECT $1, id, card_id, id, 'points', 10, 0, false, CASE WHEN random() < 0.5 THEN gen_random_uuid() END
      FROM lines)
    INSERT INTO allocations (merchant_id, transaction_id, lot_id, amount) SELECT $1, id, id, 10 FROM lines
"""
INDEXES = "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname"


@pytest.mark.slow
async def test_the_grown_world_keeps_every_promise_of_the_ledger(own_town: OwnTown, servers: Servers) -> None:
    async with own_town() as town:
        before = await town.superuser.fetch(INDEXES)
        cards = 16 * len(LENGTHS) * VARIANTS
        database = database_of(town.settings)
        lines = await write_growth_data(servers.superuser_url(database), cards, lambda *_: None)
        assert lines == pytest.approx(10 * cards, rel=0.1)
        assert await violations(town.superuser) == []
        assert await town.superuser.fetch(INDEXES) == before
        assert {row[0] for row in await town.superuser.fetch(KINDS)} >= {
            "enrolled points", "earned points", "earned stamps", "redeemed points", "voided points", "adjusted points",
            "expired points",
        }  # fmt: skip


async def pages_of(connection: asyncpg.Connection, statement: str, *arguments: Any) -> int:
    """How many pages a statement reads that has been asked before, the functions it calls too."""
    told = [await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", *arguments) for _ in "12"]
    plan = msgspec.json.decode(told[-1])[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


@pytest.mark.slow
async def test_what_is_taken_back_restored_or_parted_is_found_without_reading_all_lots(own_town: OwnTown) -> None:
    async with own_town() as town:
        shop, asked = await town.open_shop(), town.superuser
        card, other = await shop.a_card(), await shop.a_card()
        sale = UUID((await shop.anna.earn(other, cents=10_000))["transaction"]["id"])
        merge = UUID((await Office.of(shop.claire).merge(card, other))["merge_id"])
        await asked.execute("SELECT set_config('app.merchant_id', $1, false)", str(shop.merchant_id))
        statements: list[tuple[str, UUID]] = [
            ("SELECT void_target(t, t.card_id) FROM transactions t WHERE merchant_id = $1 AND id = $2", sale),
            ("SELECT restorable_lots($1, $2)", UUID(card["id"])),
            ("SELECT merge_state($1, $2)", merge),
        ]
        async with asked.transaction():
            await asked.execute("SET LOCAL session_replication_role = replica")
            await asked.execute(GROW, shop.merchant_id, sale)
        await asked.execute("ANALYZE transactions, lots, allocations")
        pages = [await pages_of(asked, statement, shop.merchant_id, given) for statement, given in statements]
        assert max(pages) < A_FEW, pages

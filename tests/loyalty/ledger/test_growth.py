"""The grown world of the benchmarks is a ledger like any other."""

import pytest

from benchmarks.growth_stories import LENGTHS, VARIANTS
from benchmarks.growth_world import write_grown_world
from tests.conftest import OwnTown, Servers
from tests.world.ledger import violations

KINDS = "SELECT DISTINCT kind || ' ' || unit FROM transactions WHERE idempotency_key LIKE 'seed-%'"
INDEXES = "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname"


@pytest.mark.slow
async def test_the_grown_world_keeps_every_promise_of_the_ledger(own_town: OwnTown, servers: Servers) -> None:
    async with own_town() as town:
        before = await town.superuser.fetch(INDEXES)
        cards = 16 * len(LENGTHS) * VARIANTS
        database = town.settings.database_url.split("/")[3].split("?")[0]
        lines = await write_grown_world(servers.superuser_url(database), cards, lambda *_: None)
        assert lines == pytest.approx(10 * cards, rel=0.1)
        assert await violations(town.superuser) == []
        assert await town.superuser.fetch(INDEXES) == before
        assert {row[0] for row in await town.superuser.fetch(KINDS)} >= {
            "enrolled points", "earned points", "earned stamps", "redeemed points", "voided points", "adjusted points",
            "expired points",
        }  # fmt: skip

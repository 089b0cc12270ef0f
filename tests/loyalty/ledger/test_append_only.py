"""What is written in the ledger is never changed or removed: not by the application, not by the owner of the tables."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from backend.core.settings import Settings
from tests.conftest import OpenShop, Servers
from tests.world.shop import Shop

CHANGES = [
    "UPDATE transactions SET amount = amount + 1",
    "UPDATE transactions SET recorded_at = recorded_at + interval '1 day'",
    "UPDATE transactions SET digest = '\\x00'",
    "UPDATE transactions SET reason = 'another one'",
    "UPDATE transactions SET notes = NULL, amount = 0",
    "DELETE FROM transactions",
    "UPDATE allocations SET amount = amount + 1",
    "DELETE FROM allocations",
]
EMPTYINGS = ["TRUNCATE transactions CASCADE", "TRUNCATE allocations"]
ROWS = "SELECT count(*), sum(amount) FROM transactions WHERE merchant_id = $1"


@pytest.fixture
async def busy(opened: OpenShop) -> Shop:
    """With sales and a redemption, so that every statement has rows to change."""
    shop = await opened()
    card = await shop.a_card(points=150)
    await shop.anna.redeem(card, shop.rewards[100])
    return shop


@pytest.fixture
async def application(settings: Settings, busy: Shop) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(settings.database_url.replace("postgresql+asyncpg", "postgresql"))
    await connection.execute("SET ROLE orion_app")
    await connection.execute("SELECT set_config('app.merchant_id', $1, false)", str(busy.merchant_id))
    yield connection
    await connection.close()


@pytest.fixture
async def owner(servers: Servers, settings: Settings, busy: Shop) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(settings.migration_url.replace("postgresql+asyncpg", "postgresql"))
    await connection.execute("SELECT set_config('app.merchant_id', $1, false)", str(busy.merchant_id))
    assert await connection.fetchval("SELECT tableowner FROM pg_tables WHERE tablename = 'transactions'") == (
        await connection.fetchval("SELECT current_user")
    )
    yield connection
    await connection.close()


@pytest.mark.parametrize("change", [*CHANGES, *EMPTYINGS])
async def test_the_application_may_not_change_history(application: asyncpg.Connection, change: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await application.execute(change)


@pytest.mark.parametrize("change", [*CHANGES, *EMPTYINGS])
async def test_not_even_the_owner_of_the_tables_changes_history(
    owner: asyncpg.Connection, busy: Shop, change: str
) -> None:
    before = tuple(await owner.fetchrow(ROWS, busy.merchant_id))
    assert before[0] == 3
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
        await owner.execute(change)
    assert refused.value.constraint_name == "append_only"
    assert tuple(await owner.fetchrow(ROWS, busy.merchant_id)) == before


@pytest.mark.parametrize("change", [*CHANGES, *EMPTYINGS])
async def test_nor_does_a_superuser_by_mistake(superuser: asyncpg.Connection, busy: Shop, change: str) -> None:
    """Only who first turns the triggers off, on purpose; then the chain of digests tells."""
    where = "" if change.startswith("TRUNCATE") else f" WHERE merchant_id = '{busy.merchant_id}'"
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
        await superuser.execute(change + where)
    assert refused.value.constraint_name == "append_only"


async def test_personal_remarks_can_be_emptied_and_the_chain_stays_whole(
    busy: Shop, superuser: asyncpg.Connection
) -> None:
    """For a customer who wants to be forgotten. The promises are checked after this test as after every other."""
    card = await busy.a_card()
    await busy.anna.earn(card, cents=100, notes="asked about her birthday")
    await superuser.execute(
        "UPDATE transactions SET notes = NULL, reason = NULL, ip = NULL, user_agent = NULL WHERE card_id = $1",
        UUID(card["id"]),
    )
    kept = "SELECT count(*) FROM transactions WHERE card_id = $1 AND notes IS NOT NULL"
    assert await superuser.fetchval(kept, UUID(card["id"])) == 0


async def test_parallel_bookings_leave_no_gap_in_a_cards_history(shop: Shop, superuser: asyncpg.Connection) -> None:
    card = await shop.a_card()
    tills = [shop.anna, shop.luc, shop.claire]
    await asyncio.gather(*(till.earn(card, cents=100) for till in tills for _ in range(8)))
    numbers = await superuser.fetch("SELECT seq FROM transactions WHERE card_id = $1 ORDER BY seq", UUID(card["id"]))
    assert [row[0] for row in numbers] == list(range(1, 26))

"""The schema: up, down, up with data in it; the same as the models; the same as what the ledger writes."""

import asyncio
from collections.abc import Iterable
from typing import Any

import asyncpg
import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint

from backend.core.migrations import SCRIPTS, downgrade, head, owner_engine, status, upgrade
from backend.core.settings import Settings
from backend.core.startup import StartRefused, check_start
from backend.dev.seed import seed
from backend.loyalty.ledger.booking.card import CardRow, LotState
from backend.loyalty.ledger.booking.rows import AllocationRow, CategoryRow, TransactionRow
from backend.models import metadata
from backend.services import open_services
from tests.conftest import Servers
from tests.world.ledger import assert_ledger_adds_up

FUNCTIONS, DAY = SCRIPTS / "sql", "2026_11_22_"
"""A file is named after its day and its function."""
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"


def database_of(settings: Settings) -> str:
    return settings.database_url.split("/")[3].split("?")[0]


async def hashes(connection: asyncpg.Connection) -> dict[str, str]:
    """Of every table's rows."""
    tables = [row[0] for row in await connection.fetch(TABLES)]
    return {
        table: await connection.fetchval(
            f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"
        )
        for table in tables
    }


async def functions(connection: asyncpg.Connection) -> dict[str, str]:
    """The bodies of all that stand in the database."""
    return dict(
        await connection.fetch(
            "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prolang <> 13"
        )
    )


def written(names: Iterable[str], until: str) -> dict[str, str]:
    """The newest bodies before that day."""
    files = [file for file in sorted(FUNCTIONS.glob("*.sql")) if file.stem < until]
    newest = {file.stem[len(DAY) :]: file for file in files}
    return {name: newest[name].read_text().split("$$")[1] for name in names}


@pytest.mark.slow
async def test_up_and_down_and_up_again(servers: Servers, fresh_settings: Settings) -> None:
    url = fresh_settings.migration_url
    connection = await asyncpg.connect(servers.superuser_url(database_of(fresh_settings)))
    before = await hashes(connection)
    await asyncio.to_thread(downgrade, url, "base")
    assert [row[0] for row in await connection.fetch(TABLES)] == ["alembic_version"]
    left = await connection.fetch(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prolang <> 13"
    )
    assert left == []
    assert (await status(url))["current"] is None
    await asyncio.to_thread(upgrade, url)
    assert await status(url) == {"current": head(), "head": head(), "at_head": True}
    async with open_services(fresh_settings) as services:
        assert await seed(services) == ["fashion-group", "cafe-aurora"]
        assert await seed(services) == []
    after = await hashes(connection)
    assert after.keys() == before.keys()
    await assert_ledger_adds_up(connection)
    await connection.close()


@pytest.mark.slow
async def test_every_step_keeps_the_data_it_does_not_own(servers: Servers, fresh_settings: Settings) -> None:
    """Functions and policies go and come; the rows stay."""
    connection = await asyncpg.connect(servers.superuser_url(database_of(fresh_settings)))
    before = await hashes(connection)
    await asyncio.to_thread(downgrade, fresh_settings.migration_url, "2026_11_21_tables")
    with pytest.raises(StartRefused):
        await check_start(fresh_settings)
    await asyncio.to_thread(upgrade, fresh_settings.migration_url)
    await check_start(fresh_settings)
    assert await hashes(connection) == before
    await connection.close()


@pytest.mark.slow
async def test_customers_of_before_are_found_by_phone_and_address(servers: Servers, fresh_settings: Settings) -> None:
    url = fresh_settings.migration_url
    connection = await asyncpg.connect(servers.superuser_url(database_of(fresh_settings)))
    await asyncio.to_thread(downgrade, url, "2026_11_23_expiry_warnings")
    kept = [("e\u0301ric@x.lu", "226123456"), ("e\u0301mile@x.lu", None), ("\u00e9mile@x.lu", "12345")]
    for email, phone in kept:
        await connection.execute(
            "INSERT INTO customers (merchant_id, id, email, email_norm, phone_norm, language, created_at) "
            "SELECT id, gen_random_uuid(), $1, $1, $2, 'fr', created_at FROM merchants WHERE code = 'fashion-group'",
            email,
            phone,
        )
    await asyncio.to_thread(upgrade, url)
    found = await connection.fetch(
        "SELECT email_norm, phone_norm FROM customers WHERE email = ANY ($1)", [email for email, _ in kept]
    )
    await connection.close()
    # Two people who have one address, seen so, stay two.
    assert {tuple(row) for row in found} == {
        ("\u00e9ric@x.lu", "654321622"),
        ("e\u0301mile@x.lu", None),
        ("\u00e9mile@x.lu", "54321"),
    }


async def test_the_models_say_what_the_migrations_made(settings: Settings) -> None:
    engine = owner_engine(settings.migration_url)

    def differences(connection: Any) -> list[Any]:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "version_table": "alembic_version"}
        )
        return compare_metadata(context, metadata)

    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()
    assert found == []


async def test_every_function_is_the_newest_that_was_written(superuser: asyncpg.Connection) -> None:
    """Of two who change one function neither may lose the other's change, and no file may be forgotten."""
    made = await functions(superuser)
    assert made == written(made, "9999")


@pytest.mark.slow
async def test_a_step_back_brings_the_functions_of_before(servers: Servers, fresh_settings: Settings) -> None:
    connection = await asyncpg.connect(servers.superuser_url(database_of(fresh_settings)))
    await asyncio.to_thread(downgrade, fresh_settings.migration_url, "2026_11_23_returns")
    made = await functions(connection)
    await connection.close()
    assert made == written(made, "2026_11_24")


async def test_checks_are_named_as_the_models_name_them(superuser: asyncpg.Connection) -> None:
    """The ledger knows some of them by name; Alembic does not compare checks."""
    made = await superuser.fetch("""
        SELECT conname FROM pg_constraint
        WHERE contype = 'c' AND connamespace = 'public'::regnamespace AND conrelid <> 0
    """)
    meant = {
        str(constraint.name)
        for table in metadata.tables.values()
        for constraint in table.constraints
        # The type JSONB brings one of its own, for databases without it.
        if isinstance(constraint, CheckConstraint) and not str(constraint.name).endswith("_is_json")
    }
    assert {row[0] for row in made} == meant


@pytest.mark.parametrize(
    ("struct", "table", "left_to_the_statement"),
    [
        (TransactionRow, "transactions", set()),
        (AllocationRow, "allocations", set()),
        (CategoryRow, "transaction_categories", set()),
        (LotState, "lots", set()),
        (CardRow, "cards", {"customer_id", "program_id", "wallet_version", "erased_at", "warned_until"}),
    ],
)
async def test_the_ledger_writes_every_column(
    superuser: asyncpg.Connection, struct: type[msgspec.Struct], table: str, left_to_the_statement: set[str]
) -> None:
    rows = await superuser.fetch("SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0", table)
    assert {row[0] for row in rows} == set(struct.__struct_fields__) | left_to_the_statement


async def test_a_start_is_refused_in_one_sentence(servers: Servers, fresh_settings: Settings) -> None:
    database = database_of(fresh_settings)
    superuser = await asyncpg.connect(servers.superuser_url(database))
    await check_start(fresh_settings)
    faults = [
        ("UPDATE alembic_version SET version_num = 'x'", "The database is at x, this code expects"),
        (f"UPDATE alembic_version SET version_num = '{head()}'; ALTER TABLE cards NO FORCE ROW LEVEL SECURITY",
         "Row-level security is not forced on cards"),
        ("ALTER TABLE cards FORCE ROW LEVEL SECURITY; ALTER TABLE events OWNER TO orion_app",
         "owns tables \\(events\\)"),
        ("DROP TABLE alembic_version", "The database has no tables of Orion: run `orion migrate up`."),
    ]  # fmt: skip
    for fault, sentence in faults:
        await superuser.execute(fault)
        with pytest.raises(StartRefused, match=sentence):
            await check_start(fresh_settings)
    await superuser.close()


async def test_a_database_that_is_not_there_refuses_the_start(settings: Settings) -> None:
    with pytest.raises(StartRefused, match="The database cannot be reached"):
        await check_start(msgspec.structs.replace(settings, database_url="postgresql://orion@127.0.0.1:1/orion"))


async def test_production_wants_a_database_that_forgets_nothing(settings: Settings) -> None:
    """The servers of the tests run with fsync off."""
    with pytest.raises(StartRefused, match="may lose acknowledged bookings"):
        await check_start(msgspec.structs.replace(settings, environment="production"))

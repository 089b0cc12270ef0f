"""The schema: up, down, up with data in it; the same as the models; the same as what the ledger writes."""

import asyncio
import shutil
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from backend.core.migrations import SCRIPTS, downgrade, head, owner_engine, status, upgrade
from backend.core.settings import Settings
from backend.core.startup import StartRefused, check_start
from backend.dev.seed import seed
from backend.loyalty.ledger.booking.card import CardRow, LotState
from backend.loyalty.ledger.booking.rows import AllocationRow, CategoryRow, TransactionRow
from backend.models import metadata
from backend.services import open_services
from tests.conftest import Servers, database_of
from tests.world.ledger import assert_ledger_adds_up

PRESENT = {file.stem: file.read_text() for file in (SCRIPTS / "functions").glob("*.sql")}
"""Each SQL function as it is now."""
DEFINITIONS = """
    SELECT oid::regprocedure::text, pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""
SHADOWING = "CREATE FUNCTION of_twins(v int) RETURNS void LANGUAGE plpgsql AS $$ DECLARE v int; BEGIN END $$"
CHECKS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE contype = 'c' AND connamespace = $1::regnamespace
"""
BASELINE, UNKNOWN = "2026_11_29_baseline", "2026_11_01_of_another_time"
COLUMNS = """
    SELECT c.relname, quote_ident(a.attname), (
        SELECT string_agg(quote_ident(k.attname), ', ' ORDER BY array_position(i.indkey::int2[], k.attnum))
        FROM pg_attribute k WHERE k.attrelid = c.oid AND k.attnum = ANY (i.indkey)
    )
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'alembic_version'
"""
OFF = """
    INSERT INTO feature_overrides (merchant_id, id, feature, store_id, is_enabled, changed_by, version, updated_at)
    SELECT id, gen_random_uuid(), 'loyalty', NULL, false, 'Ada', 1, now() FROM merchants
"""
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"


async def hashes(connection: asyncpg.Connection) -> dict[tuple[str, str], str]:
    """Of every column of every table, with its rows in the order of the primary key."""
    return {
        (table, column): await connection.fetchval(
            f"SELECT md5(coalesce(string_agg(coalesce({column}::text, ''), '|' ORDER BY {key}), '')) FROM {table}"
        )
        for table, column, key in await connection.fetch(COLUMNS)
    }


@pytest.mark.slow
async def test_up_and_down_and_up_again(servers: Servers, fresh_settings: Settings) -> None:
    url = fresh_settings.migration_url
    connection = await asyncpg.connect(servers.superuser_url(database_of(fresh_settings)))
    before = await hashes(connection)
    await asyncio.to_thread(downgrade, url, BASELINE)
    kept = (await hashes(connection)).keys() & before.keys()
    await asyncio.to_thread(upgrade, url)
    again = await hashes(connection)
    assert again.keys() == before.keys()
    assert {column: again[column] for column in kept} == {column: before[column] for column in kept}
    for _ in ScriptDirectory(str(SCRIPTS)).walk_revisions():
        await asyncio.to_thread(downgrade, url, "-1")
    assert [row[0] for row in await connection.fetch(TABLES)] == ["alembic_version"]
    assert await connection.fetch(DEFINITIONS) == []
    with pytest.raises(StartRefused):
        await check_start(fresh_settings)
    assert (await status(url))["current"] is None
    await asyncio.to_thread(upgrade, url)
    assert await status(url) == {"current": head(), "head": head(), "at_head": True}
    await check_start(fresh_settings)
    async with open_services(fresh_settings) as services:
        assert await seed(services) == ["fashion-group", "cafe-aurora"]
        await connection.execute("DELETE FROM stored_answers")
        assert await seed(services) == [], "what has been purged meanwhile is not missing"
        await connection.execute(OFF)
        assert await seed(services) == [], "a store that was switched off stays so, and the world opens all the same"
    assert (await hashes(connection)).keys() == before.keys()
    await assert_ledger_adds_up(connection)
    await connection.close()


async def test_what_was_archived_is_not_offered_by_the_revision_before(
    servers: Servers, fresh_settings: Settings
) -> None:
    """It knows neither archives nor periods."""
    connection = await asyncpg.connect(servers.superuser_url(database_of(fresh_settings)))
    await connection.execute("UPDATE rewards SET is_active = true")
    archived = await connection.fetchval("SELECT id FROM rewards ORDER BY id LIMIT 1")
    await connection.execute("UPDATE rewards SET archived_at = now() WHERE id = $1", archived)
    await connection.execute("UPDATE rewards SET starts_on = current_date - 2 WHERE id <> $1", archived)
    await asyncio.to_thread(downgrade, fresh_settings.migration_url, BASELINE)
    paused = await connection.fetch("SELECT id FROM rewards WHERE NOT is_active")
    await asyncio.to_thread(upgrade, fresh_settings.migration_url)
    await connection.close()
    assert [row["id"] for row in paused] == [archived]


STORE_MAIL = """
    INSERT INTO platform_mails (id, recipient, subject, body_text, template_code, language, kind, headers, status,
        attempts, available_at, created_at, history, sealed_secret, expires_at)
    VALUES (gen_random_uuid(), $1, '', '', 'x', 'en', $2, '{}', $3, 0, now(), now(), $4, $5, now() + $6)
"""
ONCE_UNKNOWN = '[{"at": "2026-11-30T02:00:00Z", "outcome": "unknown"}]'
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("mail", "status"),
    [
        (("transactional", "queued", "[]", None, HOUR), "queued"),
        (("transactional", "sending", "[]", None, HOUR), "queued"),
        (("transactional", "sending", ONCE_UNKNOWN, None, HOUR), "failed"),
        (("transactional", "queued", "[]", None, -HOUR), "failed"),
        (("transactional", "queued", "[]", "sealed", HOUR), "failed"),
        (("marketing", "queued", "[]", None, HOUR), "failed"),
        (("marketing", "sending", "[]", None, HOUR), "failed"),
        (("marketing", "unknown", ONCE_UNKNOWN, None, HOUR), "failed"),
        (("transactional", "delivered", "[]", None, HOUR), "sent"),
    ],
)
async def test_the_code_before_sends_no_email_that_may_not_be_sent(
    servers: Servers, fresh_settings: Settings, *, mail: tuple[Any, ...], status: str
) -> None:
    """It knows neither consent nor codes nor an end, and has no rule for what may have arrived."""
    connection = await asyncpg.connect(servers.superuser_url(database_of(fresh_settings)))
    await connection.execute(STORE_MAIL, "zoe@example.com", *mail)
    await asyncio.to_thread(downgrade, fresh_settings.migration_url, BASELINE)
    left = await connection.fetchval("SELECT status FROM platform_mails WHERE recipient = 'zoe@example.com'")
    await connection.close()
    assert left == status


async def test_a_database_of_unknown_revision_is_refused(servers: Servers, fresh_settings: Settings) -> None:
    connection = await asyncpg.connect(servers.superuser_url(database_of(fresh_settings)))
    await connection.execute("UPDATE alembic_version SET version_num = $1", UNKNOWN)
    await connection.close()
    for change in (upgrade, partial(downgrade, revision="base")):
        with pytest.raises(StartRefused, match=f"The database is at {UNKNOWN}, .* in development run `make clean`"):
            await asyncio.to_thread(change, fresh_settings.migration_url)


def test_a_new_revision_goes_on_from_the_newest(tmp_path: Path) -> None:
    """`make migration NAME=refunds`."""
    copy = Path(shutil.copytree(SCRIPTS, tmp_path / "migrations"))
    command.revision(Config(copy / "alembic.ini"), "refunds", rev_id="2026_12_01_refunds")
    added = ScriptDirectory(str(copy)).get_revision("2026_12_01_refunds")
    assert (added.down_revision, Path(added.path).name) == (head(), "2026_12_01_refunds.py")
    assert all(callable(getattr(added.module, step)) for step in ("upgrade", "downgrade"))


async def test_the_models_say_what_the_migrations_made(settings: Settings) -> None:
    engine = owner_engine(settings.migration_url)

    def differences(connection: Any) -> list[Any]:
        compared = {"compare_type": True, "compare_server_default": True, "version_table": "alembic_version"}
        context = MigrationContext.configure(connection, opts=compared)
        found: list[Any] = compare_metadata(context, metadata)
        return found

    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()
    assert found == []


async def test_checks_are_those_of_the_models(settings: Settings) -> None:
    """Alembic does not compare them."""
    engine = owner_engine(settings.migration_url)
    async with engine.connect() as connection:
        await connection.exec_driver_sql("CREATE SCHEMA modelled")
        await connection.execution_options(schema_translate_map={None: "modelled"})
        await connection.run_sync(metadata.create_all)
        made = (await connection.exec_driver_sql(CHECKS, ("public",))).all()
        modelled = (await connection.exec_driver_sql(CHECKS, ("modelled",))).all()
    await engine.dispose()
    assert {tuple(row) for row in made} == {(table.removeprefix("modelled."), *row) for table, *row in modelled}
    assert len(made) > 50


async def test_every_function_is_as_its_file_says(superuser: asyncpg.Connection) -> None:
    """Replacing each with its file changes nothing: no revision may lose what another one has changed."""
    transaction = superuser.transaction()
    await transaction.start()
    try:
        made = await superuser.fetch(DEFINITIONS)
        for name, source in PRESENT.items():
            await superuser.execute(source.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))
            await superuser.execute(f"ALTER FUNCTION {name} SET search_path = public, pg_temp")
        assert dict(await superuser.fetch(DEFINITIONS)) == dict(made)
    finally:
        await transaction.rollback()
    assert sorted(signature.split("(")[0] for signature, _ in made) == sorted(PRESENT)


async def test_what_plpgsql_warns_of_is_an_error(superuser: asyncpg.Connection) -> None:
    """In every test, by `plpgsql.extra_errors`. Linters of SQL take the body between `$$` for a string."""
    with pytest.raises(asyncpg.DuplicateAliasError, match="shadows"):
        await superuser.execute(SHADOWING)


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

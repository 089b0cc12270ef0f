"""What the database itself allows: nobody sees another merchant's rows, and the application does what it does only."""

import re
from pathlib import Path

import asyncpg
import pytest

from backend.models import PlatformRow, metadata
from backend.services import Services
from tests.conftest import OpenShop

HOUSE = Path(__file__).parents[2]
CHANGED_AS_OBJECTS = {
    "card_merges": "book_together writes a reversal over its merge",
    "cards": "enrolling lets a card work everywhere",
    "customers": "what was not known yet is filled in",
    "email_logs": "delivery notes how it ended",
    "fraud_limits": "an owner changes a maximum",
    "google_programs": "what Google was told last",
    "platform_mails": "delivery notes how it ended",
}
REMOVED_AS_OBJECTS = {
    "access_tokens": "the nightly purge",
    "fraud_limits": "an owner leaves one out",
    "program_previews": "the nightly purge",
    "stored_answers": "the nightly purge",
    "task_runs": "the nightly purge",
    "wallet_notifications": "the nightly purge",
}
READ_BEFORE = (
    "access_tokens",
    "apple_passes",
    "google_programs",
    "merchants",
    "outbox",
    "store_codes",
    "task_runs",
    "users",
)
"""The merchant is known."""
MERCHANTS_TABLES = """
    WITH RECURSIVE merchants_own AS (
      SELECT c.oid FROM pg_class c WHERE c.oid = 'merchants'::regclass
      UNION
      SELECT a.attrelid FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE a.attname = 'merchant_id' AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
      UNION
      SELECT k.conrelid FROM pg_constraint k JOIN merchants_own m ON m.oid = k.confrelid WHERE k.contype = 'f'
    )
    SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS is_guarded,
           (SELECT array_agg(p.polname::text) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies
    FROM merchants_own m JOIN pg_class c ON c.oid = m.oid
"""
FUNCTIONS = """
    SELECT p.oid::regprocedure::text AS name, coalesce(p.proconfig::text[], '{}') AS settings,
           has_function_privilege('public', p.oid, 'EXECUTE') AND p.prorettype <> 'trigger'::regtype AS is_everybodys
    FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
GRANTS = """
    SELECT c.relname, r.name
    FROM pg_class c
    CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS r(name)
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
      AND has_table_privilege('orion_app', c.oid, r.name)
"""


def sources() -> str:
    """The code of the processes, and each SQL function as it is now."""
    code = [path.read_text() for part in ("backend", "workers") for path in (HOUSE / part).rglob("*.py")]
    newest = {path.name[11:]: path for path in sorted((HOUSE / "migrations/sql").glob("*.sql"))}
    return "\n".join([*code, *(path.read_text() for path in newest.values())])


def rights_by_the_code() -> dict[str, set[str]]:
    told = sources()
    models = {mapper.local_table.name: mapper.class_.__name__ for mapper in PlatformRow.registry.mappers}
    rights = {}
    for table in metadata.tables:
        changes = rf"\bupdate\({models[table]}\b|\bUPDATE {table}\b"
        removes = rf"\bdelete\({models[table]}\b|\bDELETE FROM {table}\b"
        rights[table] = {"SELECT", "INSERT"}
        if table in CHANGED_AS_OBJECTS or re.search(changes, told):
            rights[table].add("UPDATE")
        if table in REMOVED_AS_OBJECTS or re.search(removes, told):
            rights[table].add("DELETE")
    # A migration of long ago completes rows; the application never does.
    rights["transactions"].discard("UPDATE")
    return rights | {"alembic_version": {"SELECT"}}


async def test_the_application_may_do_what_its_code_does_and_no_more(superuser: asyncpg.Connection) -> None:
    granted: dict[str, set[str]] = {}
    for table, right in await superuser.fetch(GRANTS):
        granted.setdefault(table, set()).add(right)
    assert granted == rights_by_the_code()


async def test_every_table_with_rows_of_a_merchant_is_guarded(superuser: asyncpg.Connection) -> None:
    found = await superuser.fetch(MERCHANTS_TABLES)
    assert len(found) > 30
    assert {row["relname"]: (row["is_guarded"], row["policies"]) for row in found} == {
        row["relname"]: (True, ["own_merchant"]) for row in found
    }


async def test_every_function_looks_for_names_in_one_place(superuser: asyncpg.Connection) -> None:
    """Otherwise who may make a temporary table decides what a function reads."""
    found = await superuser.fetch(FUNCTIONS)
    assert len(found) > 20
    for function in found:
        assert function["settings"] == ["search_path=public, pg_temp"], function["name"]
        assert not function["is_everybodys"], function["name"]


@pytest.mark.parametrize("table", READ_BEFORE)
async def test_who_has_settled_a_merchant_sees_no_other_ones_rows(
    services: Services, superuser: asyncpg.Connection, opened: OpenShop, table: str
) -> None:
    """Not even in the tables that are read before the merchant is known."""
    mine = await opened()
    await opened()
    column = {"merchants": "id", "access_tokens": "(SELECT merchant_id FROM users u WHERE u.id = user_id)"}.get(
        table, "merchant_id"
    )
    others = f"SELECT count(*) FROM {table} WHERE {column} <> $1"
    if table in {"users", "access_tokens", "store_codes", "merchants"}:
        assert await superuser.fetchval(others, mine.merchant_id), "there is something to hide"
    async with services.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('app.merchant_id', $1, true)", str(mine.merchant_id))
        assert await connection.fetchval(others, mine.merchant_id) == 0

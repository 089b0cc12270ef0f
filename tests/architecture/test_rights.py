"""What the database itself allows: nobody sees another merchant's rows, and the application does what it does only."""

import re
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path

import asyncpg
import pytest

from backend.models import PlatformRow, TenantRow, metadata
from backend.services import Services
from tests.conftest import OpenShop
from tests.world.shop import Shop

HOUSE = Path(__file__).parents[2]
TENANTS = {
    table.name
    for mapper in TenantRow.registry.mappers
    if issubclass(mapper.class_, TenantRow)
    for table in mapper.tables
}
CHANGED_AS_OBJECTS = {
    "api_keys": "an owner changes, rotates or revokes one",
    "card_merges": "book_together writes a reversal over its merge",
    "cards": "enrolling lets a card work everywhere",
    "customer_counts": "the nightly count of customers",
    "customers": "what was not known yet is filled in",
    "email_logs": "delivery notes how it began and ended",
    "email_template_overrides": "an owner saves another text",
    "device_snapshots": "a cursor that is given out again is kept longer",
    "devices": "an owner changes a tablet",
    "device_operations": "a person decides about it",
    "offline_grants": "what was done under it is counted",
    "pairing_codes": "a tablet was paired with it",
    "factor_tries": "one more try of a second factor",
    "password_resets": "a newer link takes the place of the former one",
    "email_templates": "an administrator saves another text",
    "feature_overrides": "an administrator switches a feature",
    "fraud_limits": "an owner changes a maximum",
    "google_programs": "what Google was told last",
    "invitations": "who is invited accepts",
    "marketing_plans": "an owner chooses which marketing emails are sent",
    "marketing_slots": "the next marketing email to a mailbox takes its slot",
    "merchant_members": "an owner changes a role",
    "pictures": "the same picture again may stay unused for another day",
    "merchants": "an administrator changes its name and addresses",
    "platform_mails": "delivery notes how it began and ended",
    "process_heartbeats": "a process shows that it runs",
    "policies": "an administrator changes the rules for tills",
    "setting_overrides": "rotate-keys seals with the newest key",
    "store_codes": "a store is closed and opened",
    "stores": "an administrator changes a store",
    "setting_versions": "an administrator saves a category of settings",
    "visit_intervals": "the nightly count of customers, for a card with new transactions",
}
REMOVED_AS_OBJECTS = {
    "access_tokens": "the nightly purge",
    "password_resets": "the link was used, or the nightly purge",
    "connection_tests": "the nightly purge",
    "customer_sessions": "the nightly purge",
    "customer_sign_ins": "the nightly purge",
    "device_nonces": "the nightly purge",
    "device_operations": "the nightly purge",
    "offline_grants": "the nightly purge",
    "offline_rules": "an owner sets others",
    "device_snapshots": "the nightly purge",
    "device_tokens": "the nightly purge",
    "email_logs": "the nightly purge",
    "failed_pin_reports": "the nightly purge",
    "pairing_codes": "the nightly purge",
    "feature_overrides": "an administrator lets a store do as its merchant",
    "fraud_limits": "an owner leaves one out",
    "pictures": "the nightly purge",
    "platform_mails": "the nightly purge",
    "process_heartbeats": "a process ends",
    "program_previews": "the nightly purge",
    "reward_stores": "an owner takes a store from a reward",
    "stored_answers": "the nightly purge",
    "task_runs": "the nightly purge",
    "wallet_notifications": "the nightly purge",
    "webhook_deliveries": "the nightly purge",
    "webhook_endpoints": "an owner deletes one",
}
OF_A_PERSON = """(SELECT m.merchant_id FROM merchant_members m WHERE m.user_id = {0}.{1}
                 ORDER BY m.merchant_id <> $1 LIMIT 1)"""
WHOSE = {
    "access_tokens": "coalesce(merchant_id, user_id)",
    "apple_passes": "merchant_id",
    "apple_registrations": "(SELECT merchant_id FROM apple_passes p WHERE p.serial = apple_registrations.serial)",
    "device_tokens": "merchant_id",
    "google_programs": "merchant_id",
    "invitations": "coalesce(merchant_id, id)",
    "merchant_members": "merchant_id",
    "merchants": "id",
    "on_behalf_sessions": "merchant_id",
    "outbox": "merchant_id",
    "pairing_codes": "merchant_id",
    "pictures": "merchant_id",
    "store_codes": "merchant_id",
    "task_runs": "merchant_id",
    "users": OF_A_PERSON.format("users", "id"),
    **{
        table: f"coalesce({OF_A_PERSON.format(table, 'user_id')}, gen_random_uuid())"
        for table in ("factor_tries", "passkeys", "password_resets", "recovery_codes", "sign_in_challenges")
    },
}
"""Tables that are read before the merchant is known; no merchant: the platform's own rows."""
ADDED = (
    """INSERT INTO apple_passes (serial, merchant_id, card_id, auth_token, update_tag, last_modified, created_at)
       SELECT gen_random_uuid(), merchant_id, id, '', 0, now(), now() FROM cards WHERE merchant_id = $1""",
    """WITH phone AS (INSERT INTO apple_devices (id, library_id, push_token, token_updated_at, is_known)
                      VALUES (gen_random_uuid(), gen_random_uuid(), '', now(), false) RETURNING id)
       INSERT INTO apple_registrations (device_id, serial, created_at)
       SELECT phone.id, serial, now() FROM phone, apple_passes WHERE merchant_id = $1""",
    """INSERT INTO google_programs (class_id, merchant_id, program_id, payload_hash, review_status, synced_at)
       SELECT gen_random_uuid(), merchant_id, id, '', 'approved', now() FROM programs WHERE merchant_id = $1""",
    """INSERT INTO pictures (merchant_id, hash, media_type, width, height, body, created_at)
       VALUES ($1, encode(sha256(gen_random_uuid()::text::bytea), 'hex'), 'image/png', 1, 1, '', now())""",
    "INSERT INTO factor_tries SELECT user_id, '', 1, now() FROM merchant_members WHERE merchant_id = $1",
    """INSERT INTO passkeys (id, user_id, credential_id, public_key, sign_count, name, created_at)
       SELECT gen_random_uuid(), user_id, gen_random_uuid()::text::bytea, '', 0, 'Phone', now()
       FROM merchant_members WHERE merchant_id = $1""",
    """INSERT INTO password_resets (user_id, token_hash, expires_at)
       SELECT user_id, gen_random_uuid()::text::bytea, now() FROM merchant_members WHERE merchant_id = $1""",
    """INSERT INTO recovery_codes (user_id, code_hash)
       SELECT user_id, '' FROM merchant_members WHERE merchant_id = $1""",
    """INSERT INTO sign_in_challenges (token_hash, purpose, user_id, challenge, expires_at)
       SELECT gen_random_uuid()::text::bytea, 'second_factor', user_id, '', now()
       FROM merchant_members WHERE merchant_id = $1""",
    """INSERT INTO invitations (id, merchant_id, email, email_norm, language, role, stores, token_hash, invited_by_name,
                                created_at, sent_at, expires_at)
       VALUES (gen_random_uuid(), $1, '', '', 'en', 'store_member', '[]', sha256(gen_random_uuid()::text::bytea), '',
               now(), now(), now())""",
    """INSERT INTO on_behalf_sessions (token_hash, id, sign_in_id, merchant_id, reason, begun_at, ends_at)
       SELECT token_hash, gen_random_uuid(), id, merchant_id, 'A call', now(), now() FROM access_tokens
       WHERE merchant_id = $1 LIMIT 1""",
    """WITH tablet AS (INSERT INTO devices (merchant_id, id, store_id, name, profile, state, pending_count,
                                            locked_people, must_resync, created_at, wipes, version, updated_at)
                       SELECT merchant_id, gen_random_uuid(), id, 'Counter', 'till', 'created', 0, '{}', false, now(),
                              false, 1, now()
                       FROM stores WHERE merchant_id = $1 LIMIT 1 RETURNING merchant_id, id),
            code AS (INSERT INTO pairing_codes (id, merchant_id, device_id, prefix_hash, code_hash, tries, created_at,
                                                expires_at)
                     SELECT gen_random_uuid(), merchant_id, id, '', '', 0, now(), now() FROM tablet)
       INSERT INTO device_tokens (token_hash, merchant_id, device_id, created_at, expires_at)
       SELECT gen_random_uuid()::text::bytea, merchant_id, id, now(), now() FROM tablet""",
    "INSERT INTO outbox (id, merchant_id, event_name, available_at) VALUES (gen_random_uuid(), $1, 'sold', now())",
    "INSERT INTO task_runs (id, name, merchant_id, created_at) VALUES (gen_random_uuid(), 'sync', $1, now())",
)
"""What a merchant who has just opened has not yet."""
MERCHANTS_TABLES = """
    WITH RECURSIVE merchants_own AS (
      SELECT c.oid FROM pg_class c WHERE c.oid IN ('merchants'::regclass, 'users'::regclass)
      UNION
      SELECT a.attrelid FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      WHERE a.attname = 'merchant_id' AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
      UNION
      SELECT k.conrelid FROM pg_constraint k JOIN merchants_own m ON m.oid = k.confrelid WHERE k.contype = 'f'
    )
    SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS is_guarded,
           (SELECT array_agg(p.polname::text ORDER BY p.polname) FROM pg_policy p
            WHERE p.polrelid = c.oid) AS policies
    FROM merchants_own m JOIN pg_class c ON c.oid = m.oid
"""
POLICIES = """
    SELECT c.relname AS name, p.polcmd::text AS command, p.polroles = ARRAY[c.relowner] AS is_owners_alone,
           c.relowner = (SELECT f.proowner FROM pg_proc f WHERE f.proname = 'merchants_waiting') AS is_functions
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE p.polname = $1
"""
FUNCTIONS = """
    SELECT p.oid::regprocedure::text AS name, coalesce(p.proconfig::text[], '{}') AS settings,
           p.prosecdef AS is_definers, p.proacl::text[] AS rights
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
COLUMNS = """
    SELECT a.attname::text FROM pg_attribute a
    WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped
      AND has_column_privilege('orion_app', a.attrelid, a.attnum, 'UPDATE')
"""
OWNERS_POLICY = "owner_finds_waiting"
OWNER_SEES = {
    "email_logs": "status IN ('queued', 'sending')",
    "holds": "state = 'reserved'",
    "program_previews": "state IN ('queued', 'running')",
    "rewards": "archived_at IS NULL",
    "wallet_links": "status = 'active' AND (waiting_since IS NOT NULL OR lease_until IS NOT NULL)",
    "webhook_deliveries": "state = 'waiting'",
}
"""What waits, of all merchants: `merchants_waiting` finds it with the rights of the owner, and tells whose it is."""
OWNERS_OWN = {"remove_test_customers(uuid,uuid[])"}
"""Functions that the application may not even call. What they write is no right of the application."""
AS_OWNER = {
    "merchants_waiting": "nobody may see what waits of two merchants; their ids alone leave it",
    "chain_audit_entry": "the application may not write the head of a chain",
    "chain_platform_audit_entry": "the application may not write the head of a chain",
}
"""Functions with the rights of the tables' owner. What they write is no right of the application."""


def sources() -> str:
    """The code of the processes, and the SQL functions."""
    code = [path for part in ("backend", "workers") for path in (HOUSE / part).rglob("*.py")]
    owners = {*AS_OWNER, *(signature.partition("(")[0] for signature in OWNERS_OWN)}
    functions = [path for path in (HOUSE / "migrations/functions").glob("*.sql") if path.stem not in owners]
    return "\n".join(path.read_text() for path in (*code, *functions))


def rights_by_the_code() -> dict[str, set[str]]:
    told = sources()
    models = {table.name: mapper.class_.__name__ for mapper in PlatformRow.registry.mappers for table in mapper.tables}
    made = set(re.findall(r"(?<!class )\b(\w+)\(", told))

    def named(function: str, statement: str) -> set[str]:
        return set(re.findall(rf"\b{function}\((\w+)", told)) | set(re.findall(rf"\b{statement} (\w+)", told))

    added, changed, removed = named("insert", "INSERT INTO"), named("update", "UPDATE"), named("delete", "DELETE FROM")
    rights = {}
    for table in metadata.tables:
        names = {table, models[table]}
        by_right = {
            "SELECT": True,
            "INSERT": bool(names & added) or models[table] in made,
            "UPDATE": bool(names & changed) or table in CHANGED_AS_OBJECTS,
            "DELETE": bool(names & removed) or table in REMOVED_AS_OBJECTS,
        }
        rights[table] = {right for right, is_needed in by_right.items() if is_needed}
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
        row["relname"]: (True, ["own_merchant", *([OWNERS_POLICY] if row["relname"] in OWNER_SEES else [])])
        for row in found
    }
    assert set(WHOSE) == {row["relname"] for row in found} - TENANTS


async def test_the_owner_sees_what_waits_may_not_change_it_and_nobody_else_sees_it(
    superuser: asyncpg.Connection, services: Services
) -> None:
    policies = await superuser.fetch(POLICIES, OWNERS_POLICY)
    assert {row["name"] for row in policies} == set(OWNER_SEES)
    for row in policies:
        assert (row["command"], row["is_owners_alone"], row["is_functions"]) == ("r", True, True), row["name"]
        async with superuser.transaction():
            await superuser.execute("SET LOCAL ROLE orion_owner")
            hidden = f"SELECT count(*) FROM {row['name']} WHERE NOT coalesce({OWNER_SEES[row['name']]}, false)"
            assert await superuser.fetchval(hidden) == 0, row["name"]
        assert await services.pool.fetchval(f"SELECT count(*) FROM {row['name']}") == 0, row["name"]


async def test_every_function_looks_for_names_in_one_place(superuser: asyncpg.Connection) -> None:
    """Otherwise who may make a temporary table decides what a function reads."""
    found = await superuser.fetch(FUNCTIONS)
    assert len(found) > 20
    for function in found:
        assert "search_path=public, pg_temp" in function["settings"], function["name"]


async def test_every_function_is_called_by_the_application_only_and_with_its_rights(
    superuser: asyncpg.Connection,
) -> None:
    for function in await superuser.fetch(FUNCTIONS):
        callers = ["orion_owner"] if function["name"] in OWNERS_OWN else ["orion_owner", "orion_app"]
        assert function["rights"] == [f"{role}=X/orion_owner" for role in callers], function["name"]
        assert function["is_definers"] == (function["name"].partition("(")[0] in AS_OWNER), function["name"]


@pytest.mark.parametrize("head", ["audit_heads", "platform_audit_heads"])
async def test_the_application_writes_the_outcome_of_a_verification_and_not_the_head(
    superuser: asyncpg.Connection, head: str
) -> None:
    may_be_changed = {row["attname"] for row in await superuser.fetch(COLUMNS, head)}
    assert may_be_changed == {"checked_at", "checked_seq", "checked_digest", "fault", "faulty_seq"}


@pytest.fixture
async def two_merchants(superuser: asyncpg.Connection, opened: OpenShop) -> AsyncIterator[Shop]:
    """One of two that have rows in every table; gone afterwards."""
    shops = [await opened(), await opened()]
    for shop in shops:
        await shop.a_card()
    transaction = superuser.transaction(isolation="repeatable_read")
    await transaction.start()
    try:
        for shop, row in product(shops, ADDED):
            await superuser.execute(row, shop.merchant_id)
        yield shops[0]
    finally:
        await transaction.rollback()


async def test_a_session_that_has_settled_a_merchant_sees_no_other_ones_rows(
    superuser: asyncpg.Connection, two_merchants: Shop
) -> None:
    """Not even in the tables that are read before the merchant is known."""
    count = "SELECT count(*), count(*) FILTER (WHERE coalesce({0} = $1, true)) FROM {1}"
    rows = {
        table: await superuser.fetchrow(count.format(whose, table), two_merchants.merchant_id)
        for table, whose in WHOSE.items()
    }
    assert [table for table, (everybodys, mine) in rows.items() if not everybodys > mine > 0] == []
    await superuser.execute("SET LOCAL ROLE orion_app")
    await superuser.execute("SELECT set_config('app.merchant_id', $1, true)", str(two_merchants.merchant_id))
    seen = {table: await superuser.fetchval(f"SELECT count(*) FROM {table}") for table in WHOSE}
    assert seen == {table: mine for table, (_, mine) in rows.items()}

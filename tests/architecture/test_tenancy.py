"""No row of one merchant is ever seen, changed or pointed at by another."""

from uuid import UUID

import asyncpg
import pytest

from backend.core.database import enter_merchant, open_pool
from backend.core.settings import Settings
from backend.models import TenantRow, metadata
from backend.services import Services
from tests.conftest import OpenShop
from tests.world.shop import Shop

TENANT_TABLES = sorted(
    table.name
    for mapper in TenantRow.registry.mappers
    if issubclass(mapper.class_, TenantRow)
    for table in mapper.tables
)
PLATFORM_TABLES = {
    "access_tokens",
    "apple_devices",
    "apple_passes",
    "apple_registrations",
    "connection_tests",
    "device_tokens",
    "email_template_versions",
    "email_templates",
    "factor_tries",
    "google_callbacks",
    "google_programs",
    "invitations",
    "mail_allowances",
    "marketing_slots",
    "merchant_members",
    "merchants",
    "on_behalf_sessions",
    "outbox",
    "pairing_codes",
    "pass_images",
    "passkeys",
    "password_reset_requests",
    "password_resets",
    "pictures",
    "platform_audit_entries",
    "platform_audit_heads",
    "platform_mails",
    "process_heartbeats",
    "recovery_codes",
    "setting_overrides",
    "setting_versions",
    "sign_in_challenges",
    "store_codes",
    "suppressed_mailboxes",
    "task_runs",
    "timed_jobs",
    "users",
}
APPEND_ONLY = (
    "allocations",
    "audit_entries",
    "email_template_override_versions",
    "events",
    "terms_versions",
    "transaction_categories",
    "transactions",
)
KEYS = """
    SELECT c.conname, c.contype::text AS kind,
           (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.conkey) WITH ORDINALITY k(num, n)
            JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.num) AS columns,
           (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(c.confkey) WITH ORDINALITY k(num, n)
            JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.num) AS points_at,
           c.confrelid::regclass::text AS target
    FROM pg_constraint c WHERE c.conrelid = $1::regclass AND c.contype IN ('p', 'u', 'f')
    UNION ALL
    SELECT i.indexrelid::regclass::text, 'u',
           (SELECT array_agg(a.attname::text ORDER BY k.n) FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(num, n)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.num), NULL, NULL
    FROM pg_index i WHERE i.indrelid = $1::regclass AND i.indisunique
"""


def test_every_table_is_a_tenants_or_named_as_the_platforms() -> None:
    assert set(metadata.tables) == set(TENANT_TABLES) | PLATFORM_TABLES


@pytest.mark.parametrize("table", TENANT_TABLES)
async def test_every_key_of_a_tenant_table_carries_the_merchant(superuser: asyncpg.Connection, table: str) -> None:
    keys = await superuser.fetch(KEYS, table)
    assert {"p"} <= {key["kind"] for key in keys}
    for key in keys:
        assert key["columns"][0] == "merchant_id", key["conname"]
        if key["kind"] == "f":
            expected = "id" if key["target"] == "merchants" else "merchant_id"
            assert key["points_at"][0] == expected, key["conname"]


@pytest.mark.parametrize("table", TENANT_TABLES)
async def test_every_tenant_table_is_guarded_against_its_owner_too(superuser: asyncpg.Connection, table: str) -> None:
    row = await superuser.fetchrow(
        "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = $1::regclass", table
    )
    policies = await superuser.fetch(
        "SELECT polcmd::text AS command, pg_get_expr(polqual, polrelid) AS condition FROM pg_policy "
        "WHERE polrelid = $1::regclass AND NOT polroles = ARRAY['orion_owner'::regrole::oid]",
        table,
    )
    assert tuple(row) == (True, True)
    assert [policy["command"] for policy in policies] == ["*"]
    assert "app.merchant_id" in policies[0]["condition"]


async def test_the_applications_role_owns_nothing_and_passes_nothing(
    superuser: asyncpg.Connection, services: Services
) -> None:
    role = await superuser.fetchrow(
        "SELECT rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = 'orion_app'"
    )
    owned = "SELECT count(*) FROM pg_class WHERE relowner = 'orion_app'::regrole"
    assert tuple(role) == (False, False, False)
    assert await superuser.fetchval(owned) == 0
    assert await services.pool.fetchval("SELECT current_user") == "orion_app"
    for forbidden in ("ALTER TABLE cards DISABLE ROW LEVEL SECURITY", "DROP POLICY own_merchant ON cards"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await services.pool.execute(forbidden)


@pytest.mark.parametrize("table", TENANT_TABLES)
async def test_without_a_merchant_there_are_no_rows(services: Services, shop: Shop, table: str) -> None:
    await shop.a_card(points=1)
    assert await services.pool.fetchval(f"SELECT count(*) FROM {table}") == 0


@pytest.mark.parametrize("table", TENANT_TABLES)
async def test_a_merchant_sees_its_own_rows_only(services: Services, superuser: asyncpg.Connection, table: str) -> None:
    merchant_id = await superuser.fetchval("SELECT id FROM merchants WHERE code = 'fashion-group'")
    own = await superuser.fetchval(f"SELECT count(*) FROM {table} WHERE merchant_id = $1", merchant_id)
    async with services.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('app.merchant_id', $1, true)", str(merchant_id))
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == own


async def test_a_row_cannot_be_written_for_another_merchant(services: Services, opened: OpenShop) -> None:
    mine, theirs = await opened(), await opened()
    async with services.pool.acquire() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with connection.transaction():
                await connection.execute("SELECT set_config('app.merchant_id', $1, true)", str(mine.merchant_id))
                await connection.execute(
                    "INSERT INTO stored_answers (merchant_id, key, fingerprint, status, body, created_at) "
                    "VALUES ($1, 'k', '', 200, '', now())",
                    theirs.merchant_id,
                )


async def test_a_row_cannot_point_at_another_merchants_row(superuser: asyncpg.Connection, opened: OpenShop) -> None:
    """Not even for somebody whom row-level security does not stop."""
    mine, theirs = await opened(), await opened()
    card, foreign = await mine.a_card(), await theirs.a_card()
    for table, column, value in (
        ("cards", "store_id", theirs.store_ids[theirs.hub]),
        ("cards", "customer_id", UUID(foreign["customer"]["id"])),
        ("cards", "program_id", theirs.program_id),
    ):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await superuser.execute(f"UPDATE {table} SET {column} = $1 WHERE id = $2", value, UUID(card["id"]))
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await superuser.execute(
            "UPDATE lots SET card_id = $1 WHERE merchant_id = $2", UUID(foreign["id"]),
            (await _with_a_lot(mine)),
        )  # fmt: skip


async def _with_a_lot(shop: Shop) -> UUID:
    await shop.a_card(points=1)
    return shop.merchant_id


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("change", ["UPDATE {0} SET merchant_id = merchant_id", "DELETE FROM {0}", "TRUNCATE {0}"])
async def test_what_is_written_stays_written(services: Services, table: str, change: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await services.pool.execute(change.format(table))


async def test_the_merchant_of_a_request_is_forgotten_with_its_transaction(
    settings: Settings, services: Services, shop: Shop
) -> None:
    pool = await open_pool(settings)
    try:
        for _ in range(2 * settings.pool_size):
            await pool.fetchval("SELECT store_setup($1, $2, now())", shop.merchant_id, shop.store_ids[shop.hub])
            assert await pool.fetchval("SELECT nullif(current_setting('app.merchant_id', true), '')") is None
    finally:
        await pool.close()
    async with services.sessions.committing() as session:
        await enter_merchant(session, shop.merchant_id)
    async with services.sessions.committing() as session:
        connection = await session.connection()
        found = await connection.exec_driver_sql("SELECT nullif(current_setting('app.merchant_id', true), '')")
        assert found.scalar() is None

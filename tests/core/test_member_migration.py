"""Memberships: what the revision before knew is carried over, up and down."""

import asyncio

import asyncpg
import pytest

from backend.core.migrations import downgrade, upgrade
from backend.core.settings import Settings
from backend.core.startup import StartRefused
from tests.conftest import Servers, database_of

BEFORE, MEMBERS_REVISION = "2026_11_30_connection_tests", "2026_11_30_member_keys"
MEMBERS = """
    SELECT u.email, coalesce(u.platform_role, m.role) AS role, c.code
    FROM users u LEFT JOIN merchant_members m ON m.user_id = u.id LEFT JOIN merchants c ON c.id = m.merchant_id
    ORDER BY u.email
"""
FORMER = """
    SELECT u.email, u.role, c.code FROM users u LEFT JOIN merchants c ON c.id = u.merchant_id ORDER BY u.email
"""
SESSIONS = """
    INSERT INTO access_tokens (token_hash, id, user_id, merchant_id, created_at, expires_at)
    SELECT sha256(u.email::bytea), gen_random_uuid(), u.id, m.merchant_id, now(), now()
    FROM users u LEFT JOIN merchant_members m ON m.user_id = u.id
"""
MERCHANTS_OF_SESSIONS = "SELECT user_id, merchant_id FROM access_tokens ORDER BY user_id"
KEYS = """
    SELECT conrelid::regclass::text, conname, convalidated FROM pg_constraint
    WHERE contype = 'f' AND conname LIKE '%user_id_merchant_members'
"""


async def test_everybody_keeps_their_merchant_their_role_and_their_session(
    servers: Servers, fresh_settings: Settings
) -> None:
    url = fresh_settings.migration_url
    connection = await asyncpg.connect(servers.superuser_url(database_of(fresh_settings)))
    # Later revisions give sessions other columns.
    await asyncio.to_thread(downgrade, url, MEMBERS_REVISION)
    await connection.execute(SESSIONS)
    people, sessions = await connection.fetch(MEMBERS), await connection.fetch(MERCHANTS_OF_SESSIONS)
    assert {row["role"] for row in people} == {"super_admin", "platform_admin", "merchant_owner", "store_member"}
    await asyncio.to_thread(downgrade, url, BEFORE)
    assert [tuple(row) for row in await connection.fetch(FORMER)] == [tuple(row) for row in people]
    await asyncio.to_thread(upgrade, url, MEMBERS_REVISION)
    assert await connection.fetch(MEMBERS) == people
    assert await connection.fetch(MERCHANTS_OF_SESSIONS) == sessions
    keys = await connection.fetch(KEYS)
    assert len(keys) == 7
    assert all(key["convalidated"] for key in keys)
    await connection.close()


async def test_a_person_who_has_left_is_no_user_of_the_revision_before(
    servers: Servers, fresh_settings: Settings
) -> None:
    connection = await asyncpg.connect(servers.superuser_url(database_of(fresh_settings)))
    anna = await connection.fetchval("SELECT id FROM users WHERE email = 'anna@fashion.example'")
    await connection.execute("UPDATE merchant_members SET left_at = now() WHERE user_id = $1", anna)
    await asyncio.to_thread(downgrade, fresh_settings.migration_url, BEFORE)
    assert [row["id"] for row in await connection.fetch("SELECT id FROM users WHERE NOT is_active")] == [anna]
    await connection.close()


async def test_there_is_no_way_back_once_somebody_works_for_two_merchants(
    servers: Servers, fresh_settings: Settings
) -> None:
    connection = await asyncpg.connect(servers.superuser_url(database_of(fresh_settings)))
    await connection.execute(
        """INSERT INTO merchant_members (merchant_id, user_id, role, joined_at, version, updated_at)
           SELECT m.id, u.id, 'store_member', now(), 1, now() FROM merchants m, users u
           WHERE m.code = 'cafe-aurora' AND u.email = 'anna@fashion.example'"""
    )
    with pytest.raises(StartRefused, match="refused: somebody has worked for several merchants"):
        await asyncio.to_thread(downgrade, fresh_settings.migration_url, BEFORE)
    assert await connection.fetchval("SELECT count(*) FROM merchant_members") > 1
    await connection.close()

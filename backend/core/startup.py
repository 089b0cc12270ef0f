"""Checks of database and Redis before the first request. Each refusal is one sentence."""

import asyncio
from collections.abc import Awaitable
from functools import partial

import asyncpg

from backend.core.connectivity import StartRefused, patiently, reach_redis
from backend.core.database import till_connector
from backend.core.database_url import check_database_files
from backend.core.migrations import head
from backend.core.settings import Settings, required

__all__ = ["StartRefused", "check_reachable", "check_start"]

SETTING = "ORION_DATABASE_URL"
PATIENCE_SECONDS = 60.0
"""A backend that starts while the database is away waits for it as long as this."""
REACH_SECONDS = 3.0
"""A command that looks how Orion does says after this time what is away."""
FACTS = """
SELECT r.rolsuper OR r.rolbypassrls AS bypasses, current_user AS role, session_user AS login,
       EXISTS (SELECT FROM pg_roles s WHERE (s.rolsuper OR s.rolbypassrls)
               AND pg_has_role(session_user, s.oid, 'MEMBER')) AS login_bypasses,
       EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
               AND pg_has_role(session_user, c.relowner, 'MEMBER'))
       OR EXISTS (SELECT FROM pg_database d WHERE d.datname = current_database()
                  AND pg_has_role(session_user, d.datdba, 'MEMBER')) AS login_owns,
       current_setting('synchronous_commit') AS synchronous_commit, current_setting('fsync') AS fsync,
       pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on' AS only_reads,
       (SELECT string_agg(c.relname, ', ') FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relowner = r.oid) AS owned,
       (SELECT string_agg(c.relname, ', ') FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'merchant_id' AND NOT a.attisdropped
        JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary AND i.indkey[0] = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
          AND NOT (c.relrowsecurity AND c.relforcerowsecurity)) AS unguarded
FROM pg_roles r WHERE r.rolname = current_user
"""
VERSION = "SELECT version_num FROM alembic_version"


async def check_start(settings: Settings, *, patience_seconds: float = 0) -> None:
    """Raises StartRefused when the database's schema is not the code's, when it does not protect the data, or when it
    is away and stays so for `patience_seconds`; of Redis, when it refuses us.

    Raises SettingsError when a setting is missing.
    """
    required(settings, "database_url", "redis_url", "secret_keys")
    check_database_files(SETTING, settings.database_url)
    await patiently(SETTING, partial(_check_database, settings), seconds=patience_seconds)
    await reach_redis(settings.redis_url)


async def check_reachable(settings: Settings) -> None:
    """Raises StartRefused within REACH_SECONDS when the database is away; it then says of Redis, too, whether it is.

    Raises SettingsError when a setting is missing. Redis alone may be away: what looks says so.
    """
    required(settings, "database_url", "redis_url", "secret_keys")
    check_database_files(SETTING, settings.database_url)
    database, redis = await asyncio.gather(
        _refusal(patiently(SETTING, partial(_connect, settings))),
        _refusal(reach_redis(settings.redis_url, is_needed=True)),
    )
    if database:
        raise StartRefused(" ".join(filter(None, (database, redis))))


async def _connect(settings: Settings) -> None:
    async with asyncio.timeout(REACH_SECONDS):
        connection = await till_connector(settings.database_url)()
    connection.terminate()


async def _refusal(checking: Awaitable[None]) -> str | None:
    try:
        await checking
    except StartRefused as refused:
        return str(refused)
    return None


async def _check_database(settings: Settings) -> None:
    connection = await till_connector(settings.database_url)()
    try:
        _check_schema(await _version(connection))
        check_facts(await connection.fetchrow(FACTS), is_production=settings.is_production)
    finally:
        await connection.close()


async def _version(connection: asyncpg.Connection) -> str | None:
    try:
        version: str | None = await connection.fetchval(VERSION)
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError):
        return None
    return version


def _check_schema(version: str | None) -> None:
    if version is None:
        raise StartRefused("The database has no tables of Orion: run `orion migrate up`.")
    if version != head():
        raise StartRefused(f"The database is at {version}, this code expects {head()}: run `orion migrate up`.")


def check_facts(facts: asyncpg.Record, *, is_production: bool) -> None:
    """Raises StartRefused."""
    if facts["bypasses"]:
        raise StartRefused(f"The role {facts['role']} can bypass row-level security: use one that cannot.")
    if facts["owned"]:
        raise StartRefused(f"The role {facts['role']} owns tables ({facts['owned']}): the application may own nothing.")
    if facts["unguarded"]:
        raise StartRefused(f"Row-level security is not forced on {facts['unguarded']}: run `orion migrate up`.")
    if is_production:
        _check_production(facts)


def _check_production(facts: asyncpg.Record) -> None:
    if facts["login_bypasses"]:
        raise StartRefused(
            f"ORION_DATABASE_URL signs in as {facts['login']}, who can be a superuser or pass row-level security: "
            "let it name orion_app."
        )
    if facts["login_owns"]:
        raise StartRefused(
            f"ORION_DATABASE_URL signs in as {facts['login']}, who owns the database or its tables: "
            "let it name orion_app, and ORION_DATABASE_OWNER_URL the owner."
        )
    if facts["only_reads"]:
        raise StartRefused("The database only reads: let ORION_DATABASE_URL lead to the server that takes writes.")
    if facts["synchronous_commit"] == "off" or facts["fsync"] == "off":
        raise StartRefused("The database may lose acknowledged bookings: turn synchronous_commit and fsync on.")

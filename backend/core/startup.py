"""What must be true before the first request: each refusal is one sentence."""

import asyncpg

from backend.core.database import open_pool
from backend.core.migrations import head
from backend.core.settings import Settings

FACTS = """
SELECT r.rolsuper OR r.rolbypassrls AS bypasses, current_user AS role,
       current_setting('synchronous_commit') AS synchronous_commit, current_setting('fsync') AS fsync,
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


class StartRefused(Exception):
    """One sentence that says what is wrong and what to do."""


async def check_start(settings: Settings) -> None:
    """Raises StartRefused when the database is away, behind the code, or would not protect what it is given."""
    try:
        pool = await open_pool(settings)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise StartRefused(
            f"The database cannot be reached ({type(error).__name__}): check ORION_DATABASE_URL."
        ) from error
    try:
        _check_schema(await _version(pool))
        _check_facts(await pool.fetchrow(FACTS), is_production=settings.environment == "production")
    finally:
        await pool.close()


async def _version(pool: asyncpg.Pool) -> str | None:
    try:
        version: str | None = await pool.fetchval(VERSION)
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError):
        return None
    return version


def _check_schema(version: str | None) -> None:
    if version != head():
        raise StartRefused(f"The database is at {version}, this code expects {head()}: run `orion migrate up`.")


def _check_facts(facts: asyncpg.Record, *, is_production: bool) -> None:
    if facts["bypasses"]:
        raise StartRefused(f"The role {facts['role']} can bypass row-level security: use one that cannot.")
    if facts["owned"]:
        raise StartRefused(f"The role {facts['role']} owns tables ({facts['owned']}): the application may own nothing.")
    if facts["unguarded"]:
        raise StartRefused(f"Row-level security is not forced on {facts['unguarded']}: run `orion migrate up`.")
    if is_production and (facts["synchronous_commit"] == "off" or facts["fsync"] == "off"):
        raise StartRefused("The database may lose acknowledged bookings: turn synchronous_commit and fsync on.")

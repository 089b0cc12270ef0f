"""Schema changes: Alembic through advanced-alchemy, run as the database's owner."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from advanced_alchemy.alembic.commands import AlembicCommands
from advanced_alchemy.config import AlembicAsyncConfig, SQLAlchemyAsyncConfig
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from backend.core.connectivity import StartRefused, reach_database
from backend.core.database import DIALECT, engine_maker
from backend.core.database_connector import Connect, connector

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"
SETTING = "ORION_DATABASE_OWNER_URL (or ORION_DATABASE_URL where it is not set)"


def _commands(owner_url: str) -> AlembicCommands:
    return AlembicCommands(
        SQLAlchemyAsyncConfig(
            connection_string=DIALECT,
            create_engine_callable=engine_maker(_connector(owner_url)),
            alembic_config=AlembicAsyncConfig(
                script_location=str(SCRIPTS),
                script_config=str(SCRIPTS / "alembic.ini"),
                version_table_name="alembic_version",
            ),
        )
    )


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Runs its own event loop: call it from a thread when one is already running.

    Raises SettingsError or StartRefused when the database cannot be reached or changed.
    """
    with _refusals(owner_url):
        _commands(owner_url).upgrade(revision)


def downgrade(owner_url: str, revision: str) -> None:
    """Like `upgrade`."""
    with _refusals(owner_url):
        _commands(owner_url).downgrade(revision)


@contextmanager
def _refusals(owner_url: str) -> Iterator[None]:
    try:
        _check_known(asyncio.run(status(owner_url))["current"])
        yield
    except CommandError as error:
        raise StartRefused(f"There is no such step: {error}") from None
    except DBAPIError as error:
        reason = getattr(error.orig, "__cause__", None)
        if isinstance(reason, asyncpg.InsufficientPrivilegeError):
            raise StartRefused(f"That user may not change the schema: let {SETTING} name its owner.") from None
        if isinstance(reason, asyncpg.LockNotAvailableError):
            raise StartRefused("Somebody is using a table that the migration changes: run it again.") from None
        if isinstance(reason, asyncpg.RaiseError):
            raise StartRefused(f"The migration is refused: {reason}.") from None
        raise


def _check_known(revision: str | bool | None) -> None:
    if revision is not None and revision not in _revisions():
        raise StartRefused(
            f"The database is at {revision}, which this code does not know: "
            "in development run `make clean` and start again, elsewhere run the release that knows it."
        )


async def _reach(owner_url: str) -> None:
    connection = await reach_database(SETTING, owner_url, _connector)
    await connection.close()


def _connector(owner_url: str) -> Connect:
    return connector(owner_url, {})


def owner_engine(owner_url: str) -> AsyncEngine:
    return engine_maker(_connector(owner_url))(DIALECT)


def head() -> str:
    """The newest revision of this code."""
    revision = ScriptDirectory(str(SCRIPTS)).get_current_head()
    assert revision is not None
    return revision


def _revisions() -> set[str]:
    return {script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions()}


async def current(connection: AsyncConnection) -> str | None:
    """The database's revision; None before the first migration."""
    if await connection.scalar(text("SELECT to_regclass('public.alembic_version')")) is None:
        return None
    version: str | None = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


async def status(owner_url: str) -> dict[str, str | bool | None]:
    """`{current, head, at_head}`."""
    await _reach(owner_url)
    engine = owner_engine(owner_url)
    try:
        async with engine.connect() as connection:
            revision = await current(connection)
    finally:
        await engine.dispose()
    return {"current": revision, "head": head(), "at_head": revision == head()}

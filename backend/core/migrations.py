"""Schema changes: Alembic through advanced-alchemy, run as the database's owner."""

from pathlib import Path

from advanced_alchemy.alembic.commands import AlembicCommands
from advanced_alchemy.config import AlembicAsyncConfig, SQLAlchemyAsyncConfig
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from backend.core.database import sqlalchemy_url

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"


def _commands(owner_url: str) -> AlembicCommands:
    return AlembicCommands(
        SQLAlchemyAsyncConfig(
            connection_string=sqlalchemy_url(owner_url),
            alembic_config=AlembicAsyncConfig(
                script_location=str(SCRIPTS),
                script_config=str(SCRIPTS / "alembic.ini"),
                version_table_name="alembic_version",
            ),
        )
    )


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Runs its own event loop: call it from a thread when one is already running."""
    _commands(owner_url).upgrade(revision)


def downgrade(owner_url: str, revision: str) -> None:
    _commands(owner_url).downgrade(revision)


def head() -> str:
    """The newest revision this code knows."""
    found = ScriptDirectory(str(SCRIPTS)).get_current_head()
    assert found is not None
    return found


async def current(connection: AsyncConnection) -> str | None:
    """The revision the database is at; None before the first migration."""
    if await connection.scalar(text("SELECT to_regclass('public.alembic_version')")) is None:
        return None
    version: str | None = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


async def status(owner_url: str) -> dict[str, str | bool | None]:
    """`{current, head, at_head}`."""
    engine = create_async_engine(sqlalchemy_url(owner_url))
    try:
        async with engine.connect() as connection:
            at = await current(connection)
    finally:
        await engine.dispose()
    return {"current": at, "head": head(), "at_head": at == head()}

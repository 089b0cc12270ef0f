"""Runs migrations on the connection advanced-alchemy's commands hand in."""

import asyncio
from typing import cast

from advanced_alchemy.alembic.commands import AlembicCommandConfig
from alembic import context
from sqlalchemy.engine import Connection

from backend.models import metadata

config = cast("AlembicCommandConfig", context.config)


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=config.version_table_name,
        compare_type=True,
        transaction_per_migration=True,
    )
    # A migration waits at most half a second for a lock, so that tills never queue behind it.
    connection.exec_driver_sql("SET lock_timeout = '500ms'")
    with context.begin_transaction():
        context.run_migrations()


async def run_online() -> None:
    assert config.engine is not None
    try:
        async with config.engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
    finally:
        await config.engine.dispose()


asyncio.run(run_online())

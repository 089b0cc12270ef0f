"""What a revision does with SQL functions."""

from collections.abc import Callable
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations

from backend.core import sql_functions
from backend.core.migrations import head, owner_engine
from backend.core.settings import Settings

BASELINE, LATEST = "2026_11_29_baseline", "2026_11_30_transactions"
"""LATEST: the revision with the present `history_line`."""
FUNCTION = """
    SELECT pg_get_functiondef(oid), proacl::text, proowner::regrole::text FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND proname = 'history_line'
"""


def replace() -> None:
    sql_functions.replace(LATEST, "history_line")


def drop_and_create() -> None:
    sql_functions.drop("history_line")
    sql_functions.create(LATEST, "history_line")


@pytest.mark.parametrize("change", [replace, drop_and_create])
async def test_a_function_put_in_place_again_has_its_rights_and_its_search_path(
    settings: Settings, change: Callable[[], None]
) -> None:
    engine = owner_engine(settings.migration_url)

    def changed(connection: Any) -> None:
        with Operations.context(MigrationContext.configure(connection)):
            change()

    async with engine.connect() as connection:
        before = (await connection.exec_driver_sql(FUNCTION)).all()
        await connection.run_sync(changed)
        assert (await connection.exec_driver_sql(FUNCTION)).all() == before
    await engine.dispose()
    assert len(before) == 1


def test_every_frozen_copy_belongs_to_a_revision() -> None:
    folders = {folder.parent.name for folder in sql_functions.VERSIONS.glob("*/functions")}
    assert BASELINE in folders
    assert head() in {file.stem for file in sql_functions.VERSIONS.glob("*.py")} >= folders

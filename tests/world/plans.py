"""How PostgreSQL reads a statement when it has one index to choose."""

from typing import Any

import asyncpg

ONLY_THIS = """
UPDATE pg_index SET indisvalid = (indexrelid = $1::text::regclass)
WHERE indrelid = (SELECT indrelid FROM pg_index WHERE indexrelid = $1::text::regclass)
"""


async def plan_with(index: str, superuser: asyncpg.Connection, statement: str, *arguments: Any) -> str:
    """The plan, when the table of `index` has no other index: between two that serve, PostgreSQL chooses by the rows
    there are, and a test has few.
    """
    attempt = superuser.transaction()
    await attempt.start()
    try:
        await superuser.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        await superuser.execute(ONLY_THIS, index)
        rows = await superuser.fetch(f"EXPLAIN {statement}", *arguments)
    finally:
        await attempt.rollback()
    return "\n".join(row[0] for row in rows)

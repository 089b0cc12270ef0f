"""Writes the measured data by COPY."""

import asyncpg

from benchmarks.card_rows import card_rows
from benchmarks.data import CARDS
from benchmarks.merchant_rows import merchant_rows
from benchmarks.people_rows import people_rows


async def write_data(url: str, cards: int = CARDS) -> None:
    """As the superuser, which is not subject to row-level security."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("SET CONSTRAINTS ALL DEFERRED")
            for table, rows in (*merchant_rows().items(), *people_rows().items(), *card_rows(cards).items()):
                await connection.copy_records_to_table(
                    table, columns=list(rows[0]), records=[list(r.values()) for r in rows]
                )
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()

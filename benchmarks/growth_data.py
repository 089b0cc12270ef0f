"""Writes a large ledger by COPY: any number of cards with ten transactions each on average, lots, allocations, digests.

Transactions are ordered as over the years: the first one of every card, then the second one of every card that has one,
and so on. The history of a card is therefore scattered over the table, as in production.
"""

import argparse
import asyncio

import asyncpg

from backend.core.clock import clock
from backend.core.origin import Origin
from benchmarks.data import (
    MADE_AT,
    MERCHANT,
    MERCHANTS,
    STORE,
    USER,
    id_of,
)
from benchmarks.growth_histories import History, histories
from benchmarks.growth_writer import GrowthWriter, Report, card_row
from benchmarks.merchant_rows import merchant_rows
from benchmarks.people_rows import people_rows

MODEL = 16**11
"""Offset of the card numbers on which histories are made; larger than any real card number."""


GROWING = ("transactions", "lots", "allocations", "cards", "customers", "customer_words")
PLAIN_INDEXES = """
    SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made_by
    FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
    WHERE i.indrelid = ANY ($1::text[]::regclass[]) AND c.oid IS NULL
"""


async def write_growth_data(url: str, cards: int, report: Report) -> int:
    """Returns the number of transactions.

    Runs as the superuser with triggers and foreign keys disabled; the audit verifies the data afterwards.
    """
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '512MB'"
        )
        await _write_setup(connection)
        histories_by_merchant = [await _histories(connection, merchant) for merchant in range(MERCHANTS)]
        indexes = await connection.fetch(PLAIN_INDEXES, list(GROWING))
        for index in indexes:
            await connection.execute(f"DROP INDEX {index['name']}")
        lines = await GrowthWriter(connection, cards, histories_by_merchant, report).write()
        for index in indexes:
            report(index["name"], 0)
            await connection.execute(index["made_by"], timeout=3600)
        report("statistics", 0)
        await connection.execute("VACUUM ANALYZE", timeout=3600)
        return lines
    finally:
        await connection.close()


async def _write_setup(connection: asyncpg.Connection) -> None:
    """Half of the merchants let points expire after half a year of inactivity."""
    tables = merchant_rows() | people_rows()
    for n, terms in enumerate(tables["terms_versions"]):
        terms |= {"points_numerator": 7, "points_denominator": 5}
        if n % 2:
            terms |= {"expiry_kind": "rolling"}
    for table, rows in tables.items():
        await connection.copy_records_to_table(table, columns=list(rows[0]), records=[list(r.values()) for r in rows])


async def _histories(connection: asyncpg.Connection, merchant: int) -> list[History]:
    """Uses a temporary card, which is deleted again."""
    origin = Origin(
        merchant_id=id_of(MERCHANT, merchant),
        store_id=id_of(STORE, merchant),
        user_id=id_of(USER, merchant),
        user_name="Till User",
        language="fr",
        now=clock.now(),
        instance="",
        request_id="",
    )
    async with connection.transaction():
        model = card_row(MODEL + merchant, merchant, merchant) | {
            "points_balance": 0, "debt_points": 0, "stamp_count": 0, "carry_numerator": 0, "carry_denominator": 1,
            "last_seq": 0, "version": 0, "enrolled_at": MADE_AT, "last_activity_at": MADE_AT,
        }  # fmt: skip
        await connection.copy_records_to_table("cards", columns=list(model), records=[list(model.values())])
        query = "SELECT card_state($1, $2, $3, NULL, NULL, NULL, $4)"
        document = await connection.fetchval(query, origin.merchant_id, origin.store_id, model["id"], origin.now)
        await connection.execute("DELETE FROM cards WHERE id = $1", model["id"])
    return histories(document, origin, seed=merchant)


def main() -> None:
    """`python -m benchmarks.growth_data URL --cards 1000000` fills a migrated database, as its superuser."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth_data", description=main.__doc__)
    parser.add_argument("url", help="of an empty, migrated database")
    parser.add_argument("--cards", type=int, default=1_000_000)
    options = parser.parse_args()
    lines = asyncio.run(write_growth_data(options.url, options.cards, lambda *_: None))
    print(f"{options.cards} cards, {lines} transactions")


if __name__ == "__main__":
    main()

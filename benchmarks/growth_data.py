"""Writes a large ledger by COPY: any number of cards with ten transactions each on average, lots, allocations, digests.

Transactions are ordered as over the years: the first one of every card, then the second one of every card that has one,
and so on. The history of a card is therefore scattered over the table, as in production.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from backend.core.clock import clock
from backend.core.origin import Origin
from backend.loyalty.customers.rules import words
from benchmarks.data import (
    CARD,
    CUSTOMER,
    LOT,
    MADE_AT,
    MERCHANT,
    MERCHANTS,
    PREFIX,
    PROGRAM,
    STORE,
    USER,
    WELCOME,
    code_of,
    id_of,
    merchant_rows,
    people_rows,
)
from benchmarks.digests import CHAINED, chained, digest
from benchmarks.growth_histories import History, histories

BLOCK = 2000
MODEL = 16**11
"""Offset of the card numbers on which histories are made; larger than any real card number."""
FIRST_NAMES = ("Marie", "Jean", "Sofia", "Luc", "Ana", "Pedro", "Claire", "Tom", "Lena", "Marc", "Nora", "Paul")
CONSONANTS, VOWELS = "bcdfghklmnprstvw", "aeiou"
LINE_COLUMNS = (*CHAINED, "reason", "digest")
LOT_COLUMNS = (
    "merchant_id", "id", "card_id", "transaction_id", "unit", "original", "remaining", "expires_at", "idle_days",
    "has_grace",
)  # fmt: skip
CARD_COLUMNS = (
    "merchant_id", "id", "code", "customer_id", "program_id", "store_id", "state", "points_balance", "debt_points",
    "stamp_count", "carry_numerator", "carry_denominator", "last_seq", "last_digest", "version", "wallet_version",
    "page_version", "enrolled_at", "last_activity_at",
)  # fmt: skip
GROWING = ("transactions", "lots", "allocations", "cards", "customers", "customer_words")
PLAIN_INDEXES = """
    SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made_by
    FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
    WHERE i.indrelid = ANY ($1::text[]::regclass[]) AND c.oid IS NULL
"""

Report = Callable[[str, int], None]
"""Receives the name of a table and the number of rows written."""


def merchant_of(card: int) -> int:
    """The first merchant has more than half of all cards."""
    return 0 if card % 2 else card // 2 % MERCHANTS


def store_of(card: int) -> int:
    """One of the merchant's two stores."""
    return merchant_of(card) + MERCHANTS * (card // 16 % 2)


def name_of(card: int) -> tuple[str, str]:
    last = "".join(CONSONANTS[card // 16**place % 16] + VOWELS[card // 5**place % 5] for place in range(3))
    return FIRST_NAMES[card % len(FIRST_NAMES)], last.title()


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
        lines = await _Data(connection, cards, histories_by_merchant, report).write()
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
        model = _card_row(MODEL + merchant, merchant, merchant) | {
            "points_balance": 0, "debt_points": 0, "stamp_count": 0, "carry_numerator": 0, "carry_denominator": 1,
            "last_seq": 0, "version": 0, "enrolled_at": MADE_AT, "last_activity_at": MADE_AT,
        }  # fmt: skip
        await connection.copy_records_to_table("cards", columns=list(model), records=[list(model.values())])
        query = "SELECT card_state($1, $2, $3, NULL, NULL, NULL, $4)"
        document = await connection.fetchval(query, origin.merchant_id, origin.store_id, model["id"], origin.now)
        await connection.execute("DELETE FROM cards WHERE id = $1", model["id"])
    return histories(document, origin, seed=merchant)


def _card_row(card: int, merchant: int, store: int) -> dict[str, Any]:
    return {
        "merchant_id": id_of(MERCHANT, merchant),
        "id": id_of(CARD, card),
        "code": code_of(card % 16**9),
        "customer_id": id_of(CUSTOMER, card),
        "program_id": id_of(PROGRAM, merchant),
        "store_id": id_of(STORE, store),
        "state": "active",
        "wallet_version": 1,
        "page_version": 0,
    }


def _text(value: object) -> str:
    return "\\N" if value is None else str(value)


def _cells(row: dict[str, Any], columns: Sequence[str]) -> str:
    """A COPY line with a placeholder (%s) where the row has `...`."""
    return "\t".join("%s" if row.get(name) is ... else _text(row.get(name)).replace("%", "%%") for name in columns)


@dataclass(slots=True)
class _Line:
    """A transaction with placeholders for what differs between cards: ids, key, receipt number, digest."""

    chained: str
    copied: str
    voids: int | None
    """Index of the voided transaction."""
    has_receipt: bool


@dataclass(slots=True)
class _Lot:
    granted_by: int
    copied: str


class _HistoryTemplate:
    """A history as a template for any card of its merchant."""

    def __init__(self, history: History) -> None:
        self.card = history.card
        places = {line.id: place for place, line in enumerate(history.lines)}
        lots = list(history.lots)
        self.lines = [self._line(line, places) for line in history.lines]
        self.lots = [
            _Lot(places[lot.transaction_id], _cells(_row(lot) | dict.fromkeys(("id", "card_id", "transaction_id"), ...),
                                                    LOT_COLUMNS) + "\n")
            for lot in history.lots.values()
        ]  # fmt: skip
        self.moves = [(places[a.transaction_id], lots.index(a.lot_id), a.amount) for a in history.allocations]

    def _line(self, line: Any, places: dict[UUID, int]) -> _Line:
        has_receipt = line.kind == "earned" and line.unit == "points" and places[line.id] % 3 == 0
        row = _row(line) | {"id": ..., "card_id": ..., "idempotency_key": ..., "digest": ...}
        row["order_reference"] = ... if has_receipt else None
        row["voids_id"] = ... if line.voids_id else None
        placeholders = {name: "%s" if value is ... else value for name, value in row.items()}
        return _Line(
            chained(placeholders),
            _cells(row, LINE_COLUMNS) + "\n",
            places[line.voids_id] if line.voids_id else None,
            has_receipt,
        )


def _row(struct: Any) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


class _Data:
    def __init__(
        self,
        connection: asyncpg.Connection,
        cards: int,
        histories_by_merchant: Sequence[Sequence[History]],
        report: Report,
    ) -> None:
        self.connection, self.cards, self.report = connection, cards, report
        self.templates = [
            [_HistoryTemplate(history) for history in of_merchant] for of_merchant in histories_by_merchant
        ]
        self.digests = [b""] * cards
        self.ids = {kind: PREFIX.format(kind=kind) for kind in (CARD, WELCOME, LOT, CUSTOMER)}

    async def write(self) -> int:
        lines = await self._copy("transactions", LINE_COLUMNS, self._lines())
        await self._copy("lots", LOT_COLUMNS, self._lots())
        await self._copy("allocations", ("merchant_id", "transaction_id", "lot_id", "amount"), self._allocations())
        await self._copy("cards", CARD_COLUMNS, self._cards())
        customers = ("merchant_id", "id", "email", "email_norm", "first_name", "last_name", "phone", "phone_norm",
                     "language", "created_at")  # fmt: skip
        await self._copy("customers", customers, self._customers())
        await self._copy("customer_words", ("merchant_id", "word", "customer_id"), self._words())
        return lines

    async def _copy(self, table: str, columns: Sequence[str], rows: Iterator[str]) -> int:
        written = 0

        async def blocks() -> AsyncIterator[bytes]:
            nonlocal written
            block: list[str] = []
            for row in rows:
                block.append(row)
                if len(block) == BLOCK:
                    written += BLOCK
                    self.report(table, BLOCK)
                    yield "".join(block).encode()
                    block.clear()
            written += len(block)
            self.report(table, len(block))
            yield "".join(block).encode()

        await self.connection.copy_to_table(table, source=blocks(), columns=list(columns), timeout=7200)
        return written

    def template_of(self, card: int) -> _HistoryTemplate:
        templates = self.templates[merchant_of(card)]
        return templates[card // 16 * 7 % len(templates)]

    def id(self, kind: int, number: int) -> str:
        return f"{self.ids[kind]}{number:012x}"

    def line_id(self, card: int, place: int) -> str:
        return self.id(WELCOME, place * self.cards + card)

    def lot_id(self, card: int, place: int) -> str:
        return self.id(LOT, place * self.cards + card)

    def _lines(self) -> Iterator[str]:
        longest = max(len(template.lines) for templates in self.templates for template in templates)
        for place in range(longest):
            for card in range(self.cards):
                template = self.template_of(card)
                if place < len(template.lines):
                    yield self._line(card, place, template.lines[place])

    def _line(self, card: int, place: int, line: _Line) -> str:
        number = place * self.cards + card
        differs = [self.id(WELCOME, number), self.id(CARD, card)]
        if line.has_receipt:
            differs.append(f"R-{number}")
        if line.voids is not None:
            differs.append(self.line_id(card, line.voids))
        differs.append(f"seed-{number:027d}")
        self.digests[card] = digest(self.digests[card], line.chained % tuple(differs))
        return line.copied % (*differs, "\\\\x" + self.digests[card].hex())

    def _lots(self) -> Iterator[str]:
        longest = max(len(template.lots) for templates in self.templates for template in templates)
        for place in range(longest):
            for card in range(self.cards):
                template = self.template_of(card)
                if place < len(template.lots):
                    lot = template.lots[place]
                    yield lot.copied % (
                        self.lot_id(card, place), self.id(CARD, card), self.line_id(card, lot.granted_by)
                    )  # fmt: skip

    def _allocations(self) -> Iterator[str]:
        for card in range(self.cards):
            merchant = id_of(MERCHANT, merchant_of(card))
            for line, lot, amount in self.template_of(card).moves:
                yield f"{merchant}\t{self.line_id(card, line)}\t{self.lot_id(card, lot)}\t{amount}\n"

    def _cards(self) -> Iterator[str]:
        for card in range(self.cards):
            end = self.template_of(card).card
            row = _row(end) | _card_row(card, merchant_of(card), store_of(card))
            row |= {"last_digest": "\\\\x" + self.digests[card].hex(), "scope_store_id": None}
            yield "\t".join(_text(row[name]) for name in CARD_COLUMNS) + "\n"

    def _customers(self) -> Iterator[str]:
        for card in range(self.cards):
            first, last = name_of(card)
            email, phone = f"c{card}@grown.example", f"6{card % 10**8:08d}"
            values = (id_of(MERCHANT, merchant_of(card)), self.id(CUSTOMER, card), email, email, first, last,
                    f"+352{phone}", f"+352{phone}"[::-1], "fr", MADE_AT)  # fmt: skip
            yield "\t".join(map(str, values)) + "\n"

    def _words(self) -> Iterator[str]:
        for card in range(self.cards):
            for word in words(*name_of(card)):
                yield f"{id_of(MERCHANT, merchant_of(card))}\t{word}\t{self.id(CUSTOMER, card)}\n"


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

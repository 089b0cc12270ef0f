"""Writes the large ledger, table by table."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

import asyncpg

from backend.loyalty.customers.rules import words
from benchmarks.data import (
    CARD,
    CUSTOMER,
    LOT,
    MADE_AT,
    MERCHANT,
    PREFIX,
    PROGRAM,
    STORE,
    WELCOME,
    code_of,
    id_of,
)
from benchmarks.digests import digest
from benchmarks.growth_cards import merchant_of, name_of, store_of
from benchmarks.growth_histories import History
from benchmarks.growth_templates import LINE_COLUMNS, LOT_COLUMNS, HistoryTemplate, Line, row_of, text_of

BLOCK = 2000
CARD_COLUMNS = (
    "merchant_id", "id", "code", "customer_id", "program_id", "store_id", "state", "points_balance", "debt_points",
    "stamp_count", "carry_numerator", "carry_denominator", "last_seq", "last_digest", "version", "wallet_version",
    "page_version", "enrolled_at", "last_activity_at",
)  # fmt: skip
Report = Callable[[str, int], None]
"""Receives the name of a table and the number of rows written."""


def card_row(card: int, merchant: int, store: int) -> dict[str, Any]:
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


class GrowthWriter:
    def __init__(
        self,
        connection: asyncpg.Connection,
        cards: int,
        histories_by_merchant: Sequence[Sequence[History]],
        report: Report,
    ) -> None:
        self.connection, self.cards, self.report = connection, cards, report
        self.templates = [
            [HistoryTemplate(history) for history in of_merchant] for of_merchant in histories_by_merchant
        ]
        self.digests = [b""] * cards
        self.ids = {kind: PREFIX.format(kind=kind) for kind in (CARD, WELCOME, LOT, CUSTOMER)}

    async def write(self) -> int:
        lines = await self._copy("transactions", LINE_COLUMNS, self._lines())
        await self._copy("lots", LOT_COLUMNS, self._lots())
        await self._copy("allocations", ("merchant_id", "transaction_id", "lot_id", "amount"), self._allocations())
        await self._copy("cards", CARD_COLUMNS, self._cards())
        customers = ("merchant_id", "id", "email", "email_norm", "mailbox", "first_name", "last_name", "phone",
                     "phone_norm", "language", "created_at")  # fmt: skip
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

    def template_of(self, card: int) -> HistoryTemplate:
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

    def _line(self, card: int, place: int, line: Line) -> str:
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
            row = row_of(end) | card_row(card, merchant_of(card), store_of(card))
            row |= {"last_digest": "\\\\x" + self.digests[card].hex(), "scope_store_id": None}
            yield "\t".join(text_of(row[name]) for name in CARD_COLUMNS) + "\n"

    def _customers(self) -> Iterator[str]:
        for card in range(self.cards):
            first, last = name_of(card)
            email, phone = f"c{card}@grown.example", f"6{card % 10**8:08d}"
            values = (id_of(MERCHANT, merchant_of(card)), self.id(CUSTOMER, card), email, email, email, first, last,
                    f"+352{phone}", f"+352{phone}"[::-1], "fr", MADE_AT)  # fmt: skip
            yield "\t".join(map(str, values)) + "\n"

    def _words(self) -> Iterator[str]:
        for card in range(self.cards):
            for word in words(*name_of(card)):
                yield f"{id_of(MERCHANT, merchant_of(card))}\t{word}\t{self.id(CUSTOMER, card)}\n"

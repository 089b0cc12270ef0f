"""Histories as templates of COPY lines, for any card of their merchant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from benchmarks.digests import CHAINED, chained
from benchmarks.growth_histories import History

LINE_COLUMNS = (*CHAINED, "reason", "digest")
LOT_COLUMNS = (
    "merchant_id", "id", "card_id", "transaction_id", "unit", "original", "remaining", "expires_at", "idle_days",
    "has_grace",
)  # fmt: skip


def text_of(value: object) -> str:
    return "\\N" if value is None else str(value)


def cells(row: dict[str, Any], columns: Sequence[str]) -> str:
    """A COPY line with a placeholder (%s) where the row has `...`."""
    return "\t".join("%s" if row.get(name) is ... else text_of(row.get(name)).replace("%", "%%") for name in columns)


@dataclass(slots=True)
class Line:
    """A transaction with placeholders for what differs between cards: ids, key, receipt number, digest."""

    chained: str
    copied: str
    voids: int | None
    """Index of the voided transaction."""
    has_receipt: bool


@dataclass(slots=True)
class LotTemplate:
    granted_by: int
    copied: str


class HistoryTemplate:
    """A history as a template for any card of its merchant."""

    def __init__(self, history: History) -> None:
        self.card = history.card
        places = {line.id: place for place, line in enumerate(history.lines)}
        lots = list(history.lots)
        self.lines = [self._line(line, places) for line in history.lines]
        self.lots = [LotTemplate(places[lot.transaction_id], _lot_line(lot)) for lot in history.lots.values()]
        self.moves = [(places[a.transaction_id], lots.index(a.lot_id), a.amount) for a in history.allocations]

    def _line(self, line: Any, places: dict[UUID, int]) -> Line:
        has_receipt = line.kind == "earned" and line.unit == "points" and places[line.id] % 3 == 0
        row = row_of(line) | {"id": ..., "card_id": ..., "idempotency_key": ..., "digest": ...}
        row["order_reference"] = ... if has_receipt else None
        row["voids_id"] = ... if line.voids_id else None
        placeholders = {name: "%s" if value is ... else value for name, value in row.items()}
        return Line(
            chained(placeholders),
            cells(row, LINE_COLUMNS) + "\n",
            places[line.voids_id] if line.voids_id else None,
            has_receipt,
        )


def _lot_line(lot: Any) -> str:
    return cells(row_of(lot) | dict.fromkeys(("id", "card_id", "transaction_id"), ...), LOT_COLUMNS) + "\n"


def row_of(struct: Any) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}

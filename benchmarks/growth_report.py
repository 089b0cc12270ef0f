"""Results of the growth benchmark, as a table and in the results file."""

import statistics
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.machine import Machine

RESULTS = Path(__file__).parent / "results.json"
RATIO_MAX = 1.3


class LedgerSize(msgspec.Struct, frozen=True):
    """Size of a database, and the result of its ledger audit."""

    cards: int
    transactions: int
    audit_seconds: float
    violations: int


class GrowthRow(msgspec.Struct, frozen=True):
    """Medians over all rounds, in milliseconds. `ratio`, `lowest` and `highest` are those of the rounds' ratios."""

    name: str
    small_ms: float
    large_ms: float
    ratio: float
    lowest: float
    highest: float
    met: bool


class Growth(msgspec.Struct, frozen=True):
    machine: Machine
    small: LedgerSize
    large: LedgerSize
    write_seconds: float
    """Time to write the large database."""
    gibibytes: float
    """Size of the large database."""
    rows: list[GrowthRow]


def growth_row(name: str, small: Sequence[float], large: Sequence[float]) -> GrowthRow:
    """The arguments are the medians of each round, in seconds."""
    ratios = [big / little for little, big in zip(small, large, strict=True)]
    ratio = round(statistics.median(ratios), 2)
    return GrowthRow(
        name,
        small_ms=round(statistics.median(small) * 1000, 2),
        large_ms=round(statistics.median(large) * 1000, 2),
        ratio=ratio,
        lowest=round(min(ratios), 2),
        highest=round(max(ratios), 2),
        met=ratio <= RATIO_MAX,
    )


def write(report: Growth) -> None:
    """Keeps the results of the other benchmarks in the file."""
    known = msgspec.json.decode(RESULTS.read_bytes()) if RESULTS.exists() else {}
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(known | {"growth": report})) + b"\n")


def show(report: Growth, console: Console) -> None:
    small, large = report.small, report.large
    console.print(
        f"{report.machine.cores} cores ({report.machine.cpu}), PostgreSQL {report.machine.postgresql}; "
        f"{large.cards:,} cards and {large.transactions:,} transactions ({report.gibibytes} GiB) "
        f"against {small.cards:,} and {small.transactions:,}."
    )
    table = Table("operation", "small, ms", "large, ms", "large / small", "", f"target ≤ {RATIO_MAX}")
    for row in report.rows:
        verdict = "met" if row.met else "[bold red]MISSED"
        spread = rf"\[{row.lowest:.2f} – {row.highest:.2f}]"
        table.add_row(row.name, f"{row.small_ms:.2f}", f"{row.large_ms:.2f}", f"{row.ratio:.2f}", spread, verdict)
    console.print(table)
    for world in (small, large):
        console.print(
            f"Audit of {world.transactions:,} transactions: {world.audit_seconds:.1f} s, {world.violations} violations."
        )

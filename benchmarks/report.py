"""Results as a file and as a table."""

import statistics
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.comparison import Comparison, p95_of, ratios
from benchmarks.freshness import Freshness
from benchmarks.machine import Machine
from benchmarks.measurement import Sample
from benchmarks.quota import Quota
from benchmarks.rates import Rates
from benchmarks.suite import COMPARISONS
from benchmarks.wallets import COMPARISONS as WALLETS
from benchmarks.wallets import Wallets

RESULTS = Path(__file__).parent / "results.json"


class Figure(msgspec.Struct, frozen=True):
    """Median, minimum and maximum over all rounds."""

    median: float
    lowest: float
    highest: float


class Measured(msgspec.Struct, frozen=True):
    name: str
    per_second: Figure
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_us: dict[str, int]
    """Processor time per answer in microseconds, by process."""


class Ratio(msgspec.Struct, frozen=True):
    """Throughput relative to the limit measured in the same round."""

    measured: str
    limit: str
    ratio: Figure
    target: float | None
    met: bool | None
    at_most: bool = False
    """The target is a maximum instead of a minimum."""


class Results(msgspec.Struct, frozen=True):
    machine: Machine
    rounds: int
    earns_booked: int
    ratios: list[Ratio]
    measurements: list[Measured]
    passes_per_cpu_second: dict[str, Figure]
    quota: Quota | None
    freshness: Freshness | None


def results(machine: Machine, rounds: int, till: Rates, wallets: Wallets) -> Results:
    every = till.samples | wallets.samples
    rates = wallets.rates | {name: [one.per_second for one in samples] for name, samples in every.items()}
    rates |= {p95_of(name): [one.p95_ms for one in samples] for name, samples in every.items()}
    return Results(
        machine=machine,
        rounds=rounds,
        earns_booked=till.earns,
        ratios=[
            _ratio(comparison, rates)
            for comparison in (*COMPARISONS, *WALLETS)
            if {comparison.measured, comparison.limit} <= rates.keys()
        ],
        measurements=[_measured(name, samples) for name, samples in every.items()],
        passes_per_cpu_second={name: _figure(rates, 1) for name, rates in wallets.passes.items()},
        quota=wallets.quota,
        freshness=wallets.freshness,
    )


def _ratio(comparison: Comparison, rates: dict[str, list[float]]) -> Ratio:
    ratio = _figure(ratios(rates[comparison.measured], rates[comparison.limit]), 3)
    return Ratio(
        measured=comparison.measured,
        limit=comparison.limit_is,
        ratio=ratio,
        target=comparison.target,
        met=comparison.is_met(ratio.median),
        at_most=comparison.at_most,
    )


def _measured(name: str, samples: list[Sample]) -> Measured:
    processes = dict.fromkeys(process for sample in samples for process in sample.cpu_us)
    return Measured(
        name=name,
        per_second=_figure([sample.per_second for sample in samples], 0),
        p50_ms=statistics.median(sample.p50_ms for sample in samples),
        p95_ms=statistics.median(sample.p95_ms for sample in samples),
        p99_ms=statistics.median(sample.p99_ms for sample in samples),
        cpu_us={process: median for process in processes if (median := _cpu(process, samples))},
    )


def _cpu(process: str, samples: list[Sample]) -> int:
    return round(statistics.median(sample.cpu_us.get(process, 0) for sample in samples))


def _figure(values: list[float], digits: int) -> Figure:
    return Figure(*(round(value, digits) for value in (statistics.median(values), min(values), max(values))))


def write(report: Results) -> None:
    """Keeps the results of the growth benchmark in the file."""
    known = msgspec.json.decode(RESULTS.read_bytes()) if RESULTS.exists() else {}
    document = msgspec.to_builtins(report) | {name: known[name] for name in ("growth",) if name in known}
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(document)) + b"\n")


def show(report: Results, console: Console) -> None:
    machine = report.machine
    console.print(
        f"{machine.cores} cores ({machine.cpu}), {machine.memory_gib} GiB, Python {machine.python}, "
        f"PostgreSQL {machine.postgresql}; medians of {report.rounds} interleaved rounds [lowest – highest]"
    )
    for table in (_rates(report), _ratios(report)):
        if table.rows:
            console.print(table)
    if report.earns_booked:
        console.print(f"{report.earns_booked} earns answered, as many booked; every balance is what its history gives.")
    for name, rate in report.passes_per_cpu_second.items():
        console.print(f"{name}: {rate.median:.0f} a second of processor time")
    if report.quota:
        console.print(_quota_line(report.quota))
    for line in report.freshness.lines if report.freshness else ():
        console.print(line)


def _quota_line(quota: Quota) -> str:
    return (
        f"{quota.calls} calls by {quota.workers} workers within Google's quota: {quota.per_second:.1f} a second, "
        f"{quota.worst_second} in the worst, {quota.refused} refused."
    )


def _rates(report: Results) -> Table:
    table = Table("measured", "a second", "", "p50 ms", "p99 ms", "processor µs each")
    for row in report.measurements:
        cpu = ", ".join(f"{name} {microseconds}" for name, microseconds in row.cpu_us.items())
        rate = row.per_second
        spread = f"[{rate.lowest:.0f} – {rate.highest:.0f}]"
        table.add_row(
            row.name, f"{rate.median:.0f}", spread.replace("[", r"\["), f"{row.p50_ms:.1f}", f"{row.p99_ms:.1f}", cpu
        )
    return table


def _ratios(report: Results) -> Table:
    table = Table("measured", "against", "ratio", "", "target", "")
    for row in report.ratios:
        verdict = {None: "", True: "met", False: "[bold red]MISSED"}[row.met]
        spread = rf"\[{row.ratio.lowest:.2f} – {row.ratio.highest:.2f}]"
        target = f"{'≤' if row.at_most else '≥'} {row.target:.2f}" if row.target else ""
        table.add_row(row.measured, row.limit, f"{row.ratio.median:.2f}", spread, target, verdict)
    return table

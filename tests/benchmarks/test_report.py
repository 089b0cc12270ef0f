"""What the benchmarks tell of what was measured."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import report
from benchmarks.comparison import Comparison, ratios
from benchmarks.freshness import Freshness, Wait, wait_of
from benchmarks.machine import Machine
from benchmarks.measurement import Sample, rate
from benchmarks.passes import OURS, SIGNATURE, STOCK
from benchmarks.quota import Quota
from benchmarks.rates import Rates
from benchmarks.report import Results, results, show, write
from benchmarks.suite import ACTION_SQL, EARN_ACTION
from benchmarks.wallets import BARE, OUTBOX, PHONES, QUOTA, SYNC, Wallets

MACHINE = Machine(cores=2, cpu="Any", memory_gib=4, python="3.13", postgresql="18", load_before=0)


def at(per_second: float) -> Sample:
    return Sample(answers=100, per_second=per_second, p50_ms=1, p95_ms=2, p99_ms=2, cpu_us={"driver": 10})


def quota(worst_second: int) -> Quota:
    return Quota(workers=3, calls=470, per_second=17.9, worst_second=worst_second, refused=0)


def found(wallets: Wallets) -> Results:
    till = Rates({ACTION_SQL: [at(100), at(200), at(50)], EARN_ACTION: [at(70), at(120), at(40)]}, earns=300)
    return results(MACHINE, 3, till, wallets)


def verdicts(told: Results) -> dict[str, bool | None]:
    return {f"{row.measured} / {row.limit}": row.met for row in told.ratios}


def test_each_round_is_held_against_its_own_limit() -> None:
    assert ratios([70, 120, 40], [100, 200, 50]) == [0.7, 0.6, 0.8]
    (row,) = found(Wallets()).ratios
    assert (row.ratio.median, row.ratio.lowest, row.ratio.highest, row.met) == (0.7, 0.6, 0.8, True)


def test_what_ran_once_is_held_against_every_run_of_its_limit() -> None:
    assert ratios([60], [100, 120]) == [0.6, 0.5]


def test_rounds_of_different_measurements_are_never_mixed() -> None:
    with pytest.raises(AssertionError, match="belong together"):
        ratios([1, 2], [1, 2, 3])


@pytest.mark.parametrize(
    ("target", "at_most", "ratio", "met"),
    [
        (0.5, False, 0.5, True),
        (0.5, False, 0.49, False),
        (1.0, True, 1.0, True),
        (1.0, True, 1.05, False),
        (None, False, 9, None),
    ],
)
def test_a_target_is_the_least_or_the_most_there_may_be(
    target: float | None, at_most: bool, ratio: float, met: bool | None
) -> None:
    assert Comparison("a", "b", "b", target, at_most).is_met(ratio) is met


def test_the_wallets_are_judged_with_the_till() -> None:
    wallets = Wallets(
        samples={BARE: [at(300), at(310)], SYNC: [at(200)]},
        passes={OURS: [900.0], SIGNATURE: [1400.0], STOCK: [23.0]},
        quota=quota(worst_second=19),
    )
    told = found(wallets)
    assert list(verdicts(told).values()) == [True, True, None, True, None, True]
    assert {row.measured: row.ratio.median for row in told.ratios}[QUOTA] == 0.95
    assert [row.name for row in told.measurements] == [ACTION_SQL, EARN_ACTION, BARE, SYNC]
    assert told.passes_per_cpu_second[OURS].median == 900


def test_a_second_above_the_quota_misses_the_target() -> None:
    told = found(Wallets(quota=quota(worst_second=21)))
    assert [row.met for row in told.ratios if row.measured == QUOTA] == [False]


def freshness(*, outbox: float, phones: float) -> Freshness:
    return Freshness(40, Wait(0.2, outbox, outbox), Wait(0.6, phones, phones))


def test_a_booking_must_be_on_both_phones_within_the_two_seconds_promised() -> None:
    told = found(Wallets(freshness=freshness(outbox=0.9, phones=2.1)))
    assert {row.measured: row.met for row in told.ratios if row.measured in {OUTBOX, PHONES}} == {
        OUTBOX: True,
        PHONES: False,
    }
    console = Console(record=True, width=160)
    show(told, console)
    assert "Booking to both phones: 0.60 s p50, 2.10 s p95, 2.10 s the longest of 40." in console.export_text()


def test_one_booking_in_twenty_may_take_longer() -> None:
    assert wait_of([0.5] * 19 + [3.0]) == Wait(0.5, 0.62, 3.0)


def test_a_whole_run_counts_from_its_start() -> None:
    moments = [2.0, 2.5, 3.0, 4.0]
    assert rate(moments, warm_up=0) == 1.0
    assert rate(moments) == 1.3


def test_results_are_written_beside_those_of_growth(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results.json")
    (tmp_path / "results.json").write_text('{"growth": {"kept": true}, "ratios": []}')
    write(found(Wallets(quota=quota(worst_second=19))))
    told = json.loads((tmp_path / "results.json").read_text())
    assert told["growth"] == {"kept": True}
    assert told["quota"]["worst_second"] == 19
    assert told["ratios"][-1]["at_most"] is True


def test_the_table_tells_a_missed_target_and_whether_it_is_a_ceiling() -> None:
    console = Console(record=True, width=160)
    show(found(Wallets(quota=quota(worst_second=21))), console)
    told = console.export_text()
    assert "≤ 1.00" in told
    assert "MISSED" in told
    assert "470 calls by 3 workers within Google's quota: 17.9 a second, 21 in the worst, 0 refused." in told

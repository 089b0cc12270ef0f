"""Runs one measurement: a driver, a number of answers, a rate. Rounds are interleaved, so that load affects all."""

import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from benchmarks.load import Outcome, Plan
from benchmarks.machine import cpu_seconds
from benchmarks.servers import Server

WARM_UP = 0.25
"""Share of the first answers that is not counted, because plans and caches are built then."""
SECONDS_MAX = 8.0
DRIVER_SECONDS_MAX = 300
"""Limit for a whole driver run, sufficient on a busy machine."""
CONNECTIONS = 32


class Sample(msgspec.Struct, frozen=True):
    """`cpu_us` is the processor time per answer in microseconds, by process."""

    answers: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_us: dict[str, int]
    beside: int = 0


@dataclass(frozen=True, slots=True)
class Measurement:
    name: str
    run: Callable[[int], Outcome]
    """Takes the number of the round."""
    warm_up: float = WARM_UP


class MeasurementFailed(Exception):
    pass


def sample(pids: Mapping[str, int], measurement: Measurement, turn: int = 0) -> Sample:
    """`pids` are the processes whose processor time is measured beside the driver's.

    Raises MeasurementFailed for any unexpected answer.
    """
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    outcome = measurement.run(turn)
    used = {name: cpu_seconds(pid) - before[name] for name, pid in pids.items()}
    if outcome.failures:
        raise MeasurementFailed(f"{measurement.name}: {outcome.failures}")
    used["driver"] = outcome.cpu_seconds
    answers = len(outcome.answered_at)
    return Sample(
        answers=answers,
        per_second=rate(outcome.answered_at, measurement.warm_up),
        p50_ms=round(statistics.median(outcome.latencies) * 1000, 2),
        p95_ms=round(statistics.quantiles(outcome.latencies, n=100)[94] * 1000, 2),
        p99_ms=round(statistics.quantiles(outcome.latencies, n=100)[98] * 1000, 2),
        cpu_us={name: round(seconds / answers * 1e6) for name, seconds in used.items() if seconds / answers > 2e-6},
        beside=outcome.beside,
    )


def rate(answered_at: Sequence[float], warm_up: float = WARM_UP) -> float:
    """Answers per second after the warm-up; without a warm-up, since the start."""
    first = int(len(answered_at) * warm_up)
    if not first:
        return round(len(answered_at) / answered_at[-1], 1)
    return round((len(answered_at) - 1 - first) / (answered_at[-1] - answered_at[first]), 1)


def over_http(
    server: Server,
    requests: list[str],
    expected_status: int,
    *,
    connections: int = CONNECTIONS,
    pause_seconds: float = 0.0,
) -> Outcome:
    plan = Plan("127.0.0.1", server.port, connections, requests, expected_status, SECONDS_MAX, pause_seconds)
    return run_driver("benchmarks.load", plan, None)


def run_driver(module: str, plan: msgspec.Struct | None, environment: dict[str, str] | None) -> Outcome:
    """Runs a driver in its own process, which reads its plan from standard input."""
    done = subprocess.run(
        [sys.executable, "-m", module],
        input=msgspec.json.encode(plan),
        capture_output=True,
        timeout=DRIVER_SECONDS_MAX,
        env=environment,
        check=False,
    )
    if done.returncode:
        raise MeasurementFailed(f"{module}: {done.stderr.decode(errors='replace')[-2000:]}")
    return msgspec.json.decode(done.stdout, type=Outcome)

"""Promtool, of Prometheus: it evaluates the alerts on synthetic series."""

import re
import subprocess
from collections.abc import Iterable
from typing import Any

from tests.deploy.cases import CASES, Case, Series
from tests.deploy.tools import tool

METRIC = re.compile(r"\b(?:orion|node)_\w+|^up\b")
PARTS = ("_bucket", "_count", "_sum", "_total", "_created")


def promtool(*arguments: object) -> None:
    ended = subprocess.run(
        [tool("promtool", "prometheus"), *map(str, arguments)], check=False, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def without_part(name: str) -> str:
    return next((name.removesuffix(part) for part in PARTS if name.endswith(part)), name)


def metrics_in(expressions: Iterable[str]) -> set[str]:
    return {without_part(name) for expression in expressions for name in METRIC.findall(expression)}


class Evaluation:
    """Alerts that are tried together, because their series have no metric in common: each alone would take 0.4 s."""

    def __init__(self, case: Case) -> None:
        self.minutes = (case.step_minutes, case.after_minutes)
        self.series: Series = {}
        self.firing: dict[str, int] = {}

    def takes(self, case: Case, series: Series) -> bool:
        known = metrics_in([*self.series])
        return self.minutes == (case.step_minutes, case.after_minutes) and not known & metrics_in([*series])

    @property
    def stated(self) -> dict[str, Any]:
        step, after = self.minutes
        return {
            "interval": f"{step}m",
            "input_series": [{"series": name, "values": values} for name, values in self.series.items()],
            "promql_expr_test": [
                {
                    "expr": f'count(ALERTS{{alertname="{alert}", alertstate="firing"}})',
                    "eval_time": f"{after}m",
                    "exp_samples": [{"labels": "{}", "value": 1}] if is_firing else [],
                }
                for alert, is_firing in self.firing.items()
            ],
        }


def step_of(evaluation: Evaluation) -> int:
    return evaluation.minutes[0]


def evaluations() -> list[Evaluation]:
    found: list[Evaluation] = []
    for alert, case in CASES.items():
        for is_firing, series in enumerate((case.silent, case.fires)):
            fitting = [evaluation for evaluation in found if evaluation.takes(case, series)]
            evaluation = fitting[0] if fitting else Evaluation(case)
            evaluation.series |= series
            evaluation.firing[alert] = is_firing
            found += [] if fitting else [evaluation]
    return found

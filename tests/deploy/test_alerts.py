"""The alerts of deploy/prometheus: each fires when it must, is silent when it must, and says what to do."""

import re
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from backend.app import create_app
from tests.deploy.cases import CASES
from tests.deploy.promtool import evaluations, metrics_in, promtool, step_of
from tests.deploy.tools import PROJECT
from workers import main

FOLDER = PROJECT / "deploy" / "prometheus"
RULES = FOLDER / "rules.yml"
DASHBOARDS = PROJECT / "deploy" / "grafana"
RUNBOOK = PROJECT / "docs" / "runbooks" / "alerts.md"
OF_OTHERS = {"up", "node_filesystem_avail_bytes", "node_filesystem_size_bytes"}
"""Of Prometheus itself, and of its node exporter."""


@pytest.fixture(scope="module")
def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


@pytest.fixture(scope="module")
def alerts(rules: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {rule["alert"]: rule for rule in rules if "alert" in rule}


def test_each_alert_fires_when_it_must_and_not_before(alerts: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    assert set(CASES) == set(alerts)
    for step, some in groupby(sorted(evaluations(), key=step_of), step_of):
        tests = {"rule_files": [str(RULES)], "evaluation_interval": f"{step}m", "tests": [one.stated for one in some]}
        (tmp_path / f"{step}.yml").write_text(yaml.safe_dump(tests), "utf-8")
    promtool("test", "rules", *tmp_path.iterdir())


def test_the_example_of_a_configuration_is_one() -> None:
    promtool("check", "config", "--syntax-only", FOLDER / "prometheus.yml")


def test_each_alert_says_how_urgent_it_is_what_follows_and_what_to_do(alerts: dict[str, dict[str, Any]]) -> None:
    sections = set(re.findall(r"^## (\w+)$", RUNBOOK.read_text("utf-8"), flags=re.MULTILINE))
    assert sections == set(alerts)
    for alert in alerts.values():
        assert alert["labels"]["severity"] in {"p0", "p1", "p2"}
        assert set(alert["annotations"]) == {"summary", "consequence", "runbook"}
        assert alert["annotations"]["runbook"] == f"docs/runbooks/alerts.md#{alert['alert'].lower()}"


def exported() -> set[str]:
    """By backend and worker, whose modules are imported here."""
    assert {create_app.__module__, main.__name__} == {"backend.app", "workers.main"}
    return {metric.name for metric in REGISTRY.collect() if metric.name.startswith("orion_")}


def panels() -> dict[str, list[str]]:
    """Expressions by dashboard."""
    found = {}
    for path in DASHBOARDS.glob("*.json"):
        dashboard = yaml.safe_load(path.read_text("utf-8"))
        found[path.name] = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    return found


def test_alerts_and_dashboards_ask_only_for_what_the_processes_export(rules: list[dict[str, Any]]) -> None:
    assert metrics_in([rule["expr"] for rule in rules]) <= exported() | OF_OTHERS
    assert panels()
    for name, expressions in panels().items():
        assert expressions, name
        assert metrics_in(expressions) <= exported() | OF_OTHERS, name


def test_prometheus_understands_every_panel(tmp_path: Path) -> None:
    expressions = [expression for found in panels().values() for expression in found]
    rules = [{"record": f"panel:{number}", "expr": asked} for number, asked in enumerate(expressions)]
    group = {"name": "panels", "rules": rules}
    (tmp_path / "panels.yml").write_text(yaml.safe_dump({"groups": [group]}), "utf-8")
    promtool("check", "rules", tmp_path / "panels.yml")


def test_every_metric_is_on_a_dashboard_or_in_an_alert(rules: list[dict[str, Any]]) -> None:
    asked = metrics_in([rule["expr"] for rule in rules]) | metrics_in(chain(*panels().values()))
    assert exported() - asked == set()

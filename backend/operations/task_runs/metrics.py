"""Metrics for Prometheus; `core/metrics.py` has the rule for labels."""

from prometheus_client import Gauge

TASK_SUCCEEDED = Gauge("orion_task_last_success_timestamp_seconds", "When a task last ended without error", ["task"])
TASK_FAILED_IDS = Gauge("orion_task_failed_cards", "What the last run of a task could not do", ["task"])

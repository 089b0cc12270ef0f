"""Metrics for Prometheus; see `core/metrics.py` for what a label may hold."""

from prometheus_client import Gauge

CHAINS_BROKEN = Gauge("orion_audit_chains_broken", "Audit chains that the last verification has found broken")

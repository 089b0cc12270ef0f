"""Metrics for Prometheus; see `core/metrics.py` for what a label may hold."""

from prometheus_client import Counter

PIN_FAILURES = Counter("orion_pin_failures_total", "Wrong staff PINs", ["source"])
PIN_LOCKOUTS = Counter("orion_pin_lockouts_total", "Staff PINs locked after too many wrong attempts")

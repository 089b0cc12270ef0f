"""Metrics for Prometheus; see `core/metrics.py` for what a label may hold."""

from prometheus_client import Counter

SIGN_IN_FAILURES = Counter("orion_login_failures_total", "Sign-ins refused")

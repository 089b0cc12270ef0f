"""Metrics for Prometheus; `core/metrics.py` has the rule for labels."""

from prometheus_client import Counter

SIGN_IN_FAILURES = Counter("orion_login_failures_total", "Sign-ins refused")

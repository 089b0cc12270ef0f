"""Metrics for Prometheus; see `core/metrics.py` for what a label may hold."""

from prometheus_client import Counter

REVOKED_DEVICE_REQUESTS = Counter("orion_revoked_device_requests_total", "Signed requests of revoked tablets, refused")

"""Prometheus metrics. Labels must not contain ids, addresses or personal data."""

from importlib.metadata import version

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("orion_http_requests_total", "Answers sent", ["surface", "route", "method", "status"])
REQUEST_SECONDS = Histogram(
    "orion_http_request_duration_seconds",
    "From the request's arrival to its answer",
    ["surface", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 2, 5),
)
RATE_LIMITED = Counter("orion_rate_limited_total", "Requests over their limit", ["limit"])
OUTBOX_PENDING = Gauge("orion_outbox_pending", "Events some reaction still waits for")
OUTBOX_DEAD = Gauge("orion_outbox_dead", "Events given up after too many tries")
OUTBOX_AGE = Gauge("orion_outbox_oldest_age_seconds", "Age of the oldest waiting event")
REDIS_UP = Gauge("orion_redis_up", "1 while Redis answers")
BUILD = Gauge("orion_build_info", "The running version", ["version"])
BUILD.labels(version("orion")).set(1)
TENANT_VIOLATIONS = Counter(
    "orion_tenant_isolation_violations_total",
    "Statements refused: another merchant’s row, or a right missing",
)

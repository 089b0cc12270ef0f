"""Prometheus metrics. No label may hold an id, an address or anything about a person."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("orion_http_requests_total", "Answers sent", ["surface", "route", "method", "status"])
REQUEST_SECONDS = Histogram(
    "orion_http_request_duration_seconds",
    "From the request's arrival to its answer",
    ["surface", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 2, 5),
)
POSTINGS = Counter("orion_ledger_postings_total", "Bookings tried", ["kind", "result"])
CONFLICTS = Counter("orion_ledger_conflicts_total", "Bookings that found the card changed and were decided again")
LEDGER_VIOLATIONS = Gauge("orion_ledger_violations", "Broken promises the last audit has found", ["invariant"])
PIN_FAILURES = Counter("orion_pin_failures_total", "Wrong staff PINs", ["source"])
PIN_LOCKOUTS = Counter("orion_pin_lockouts_total", "Staff PINs locked after too many wrong attempts")
SIGN_IN_FAILURES = Counter("orion_login_failures_total", "Sign-ins refused")
RATE_LIMITED = Counter("orion_rate_limited_total", "Requests over their limit", ["limit"])
OUTBOX_PENDING = Gauge("orion_outbox_pending", "Events some reaction still waits for")
OUTBOX_DEAD = Gauge("orion_outbox_dead", "Events given up after too many tries")
OUTBOX_AGE = Gauge("orion_outbox_oldest_age_seconds", "Age of the oldest waiting event")
WALLET_PUSHES = Counter("orion_wallet_pushes_total", "Passes brought up to date, or not", ["provider", "outcome"])
WALLET_LAG_BUCKETS = (0.25, 0.5, 1, 2, 3, 5, 8, 13, 21, 34, 60, 120, 300, 900, 3600)
WALLET_LAG = Histogram(
    "orion_wallet_sync_lag_seconds",
    "From a booking to the provider's acknowledgement of the pass that shows it",
    ["provider"],
    buckets=WALLET_LAG_BUCKETS,
)
CERTIFICATE_ENDS = Gauge("orion_cert_expiry_timestamp_seconds", "When a certificate ends, in Unix time", ["cert"])
KEY_MADE = Gauge("orion_key_created_timestamp_seconds", "When a key was made, in Unix time", ["key"])
TASK_SUCCEEDED = Gauge("orion_task_last_success_timestamp_seconds", "When a task last ended without error", ["task"])
TASK_FAILED_IDS = Gauge("orion_task_failed_cards", "What the last run of a task could not do", ["task"])
REDIS_UP = Gauge("orion_redis_up", "1 while Redis answers")
BUILD = Gauge("orion_build_info", "The running version", ["version"])

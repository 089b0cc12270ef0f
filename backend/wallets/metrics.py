"""Metrics for Prometheus; see `core/metrics.py` for what a label may hold."""

from prometheus_client import Counter, Gauge, Histogram

from backend.wallets.outcomes import OutcomeKind

WALLET_PUSHES = Counter("orion_wallet_pushes_total", "Passes brought up to date, or not", ["provider", "outcome"])
for _provider in ("google", "apple"):
    for _outcome in OutcomeKind:
        # From 0: Prometheus sees no increase in a counter that is born with its first event.
        WALLET_PUSHES.labels(_provider, _outcome)
WALLET_LAG_BUCKETS = (0.25, 0.5, 1, 2, 3, 5, 8, 13, 21, 34, 60, 120, 300, 900, 3600)
WALLET_LAG = Histogram(
    "orion_wallet_sync_lag_seconds",
    "From a booking to the provider's acknowledgement of the pass that shows it",
    ["provider"],
    buckets=WALLET_LAG_BUCKETS,
)
CERTIFICATE_ENDS = Gauge("orion_cert_expiry_timestamp_seconds", "When a certificate ends, in Unix time", ["cert"])
KEY_MADE = Gauge("orion_key_created_timestamp_seconds", "When a key was made, in Unix time", ["key"])

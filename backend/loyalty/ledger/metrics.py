"""Metrics for Prometheus; see `core/metrics.py` for what a label may hold."""

from prometheus_client import Counter, Gauge

BOOKINGS = Counter("orion_ledger_postings_total", "Bookings tried", ["kind", "result"])
CONFLICTS = Counter("orion_ledger_conflicts_total", "Bookings that found the card changed and were decided again")
LEDGER_VIOLATIONS = Gauge("orion_ledger_violations", "Broken promises the last audit has found", ["invariant"])

"""Metrics for Prometheus; `core/metrics.py` has the rule for labels."""

from prometheus_client import Counter, Gauge

WEBHOOKS = Counter("orion_webhooks_total", "Attempts to deliver an event to a merchant’s endpoint", ["result"])
WEBHOOKS_WAITING = Gauge("orion_webhooks_waiting", "Deliveries that are due and not yet made")
WEBHOOKS_AGE = Gauge("orion_webhooks_oldest_age_seconds", "How long the oldest due delivery has been due")
WEBHOOK_ENDPOINTS_DISABLED = Gauge("orion_webhook_endpoints_disabled", "Endpoints disabled because they failed")

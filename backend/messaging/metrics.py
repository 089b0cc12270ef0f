"""Metrics for Prometheus; `core/metrics.py` has the rule for labels."""

from prometheus_client import Counter, Gauge

MAILS = Counter("orion_emails_total", "Attempts to send an email, by their result", ["provider", "result"])
MAILS_WAITING = Gauge("orion_emails_waiting", "Emails that are not yet sent")
MAILS_AGE = Gauge("orion_emails_oldest_age_seconds", "Age of the oldest email that is not yet sent")

"""Metrics for Prometheus; see `core/metrics.py` for what a label may hold."""

from prometheus_client import Gauge

READY = Gauge("orion_ready", "1 while the process can serve: the database answers and its schema is the code's")
CLOCK_SKEW = Gauge("orion_clock_skew_seconds", "How far the clock of the process is ahead of the database's")
POOL_SIZE = Gauge("orion_db_pool_size", "Connections of the till's pool")
POOL_IN_USE = Gauge("orion_db_pool_in_use", "Connections of the till's pool that are at work")
TASK_SUCCEEDED = Gauge("orion_task_last_success_timestamp_seconds", "When a task last ended without error", ["task"])
TASK_FAILED_IDS = Gauge("orion_task_failed_cards", "What a task could not do and has not done since", ["task"])
TASK_FAILED_SHARE = Gauge("orion_task_failed_ratio", "The same, as a share of what its last run did", ["task"])
WORKERS_RUNNING = Gauge("orion_workers_running", "Workers that have given a sign of life of late")
BACKUP_SUCCEEDED = Gauge(
    "orion_backup_last_success_timestamp_seconds", "When a backup of the database last ended, verified; 0: never"
)
RESTORE_REHEARSED = Gauge(
    "orion_restore_rehearsal_timestamp_seconds", "When a backup was last restored and looked through; 0: never"
)
MERCHANTS_LOSING = Gauge(
    "orion_merchants_losing_customers", "Merchants with more than a fifth of their cards at risk, as counted at night"
)
MERCHANTS_FEW_NEW = Gauge(
    "orion_merchants_few_new_cards", "Merchants with fewer than five new cards in seven days, as counted at night"
)

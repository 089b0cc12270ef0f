"""For each alert, series that fire it and series that do not: the nearest to it that is no alarm.

In promtool's notation, a value each `step_minutes`: `0+2x60` rises by 2 for an hour, `1x60` stays 1. The clock begins
at 0.
"""

from dataclasses import dataclass

Series = dict[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    fires: Series
    silent: Series
    after_minutes: int = 60
    step_minutes: int = 1


def answers(failed: str, answered: str) -> Series:
    about = 'job="orion-backend", instance="a"'
    return {
        f'orion_http_requests_total{{{about}, status="503"}}': failed,
        f'orion_http_requests_total{{{about}, status="200"}}': answered,
    }


def pushes(provider: str, **outcomes: str) -> Series:
    name = "orion_wallet_pushes_total"
    return {f'{name}{{provider="{provider}", outcome="{outcome}"}}': outcomes[outcome] for outcome in outcomes}


def bookings(within_300_ms: str, in_all: str) -> Series:
    route = 'route="/api/v1/store/loyalty/cards/{card_id}/points", surface="api"'
    name = "orion_http_request_duration_seconds_bucket"
    return {
        f'{name}{{{route}, le="0.3"}}': within_300_ms,
        f'{name}{{{route}, le="0.5"}}': in_all,
        f'{name}{{{route}, le="+Inf"}}': in_all,
    }


def succeeded(task: str, hours_ago: int) -> Series:
    """Before the 30th hour."""
    return {f'orion_task_last_success_timestamp_seconds{{task="{task}"}}': f"{(30 - hours_ago) * 3600}x60"}


def emails(**results: str) -> Series:
    return {f'orion_emails_total{{provider="smtp", result="{result}"}}': results[result] for result in results}


CASES: dict[str, Case] = {
    "LedgerInvariantBroken": Case(
        {'orion_ledger_violations{invariant="I7", instance="a"}': "0x30 1x30"},
        {'orion_ledger_violations{invariant="I7", instance="a"}': "1x30 0x30"},
    ),
    "AuditChainBroken": Case({"orion_audit_chains_broken": "0x30 1x30"}, {"orion_audit_chains_broken": "0x60"}),
    "TenantIsolationViolation": Case(
        {"orion_tenant_isolation_violations_total": "0x55 1x5"}, {"orion_tenant_isolation_violations_total": "0x5 1x55"}
    ),
    "ApiDown": Case(
        {'up{job="orion-backend", instance="a"}': "1x50 0x10", 'up{job="orion-backend", instance="b"}': "0x60"},
        {'up{job="orion-backend", instance="a"}': "1x60", 'up{job="orion-backend", instance="b"}': "0x60"},
    ),
    "NotReady": Case(
        {'orion_ready{job="orion-backend", instance="a"}': "1x50 0x10"},
        {
            'orion_ready{job="orion-backend", instance="a"}': "0x60",
            'orion_ready{job="orion-backend", instance="b"}': "1x60",
        },
    ),
    "ApiErrorBudgetFastBurn": Case(answers("0+2x60", "0+98x60"), answers("0+1x60", "0+99x60")),
    "PointExpiryMissed": Case(
        succeeded("expire_points", 27), succeeded("expire_points", 25), after_minutes=30 * 60, step_minutes=30
    ),
    "GoogleWalletDown": Case(
        pushes("google", gave_up="0+2x120", synced="0+1x120"),
        pushes("google", gave_up="0+1x120", synced="0+1x120"),
        120,
    ),
    "ApiErrorBudgetSlowBurn": Case(answers("0+7x360", "0+993x360"), answers("0+5x360", "0+995x360"), 360),
    "TillLatencyHigh": Case(bookings("0+90x60", "0+100x60"), bookings("0+96x60", "0+100x60")),
    "WorkerDead": Case(
        {
            'orion_workers_running{job="orion-backend", instance="a"}': "1x50 0x10",
            'orion_ready{job="orion-backend", instance="a"}': "1x60",
        },
        {
            'orion_workers_running{job="orion-backend", instance="a"}': "0x60",
            'orion_ready{job="orion-backend", instance="a"}': "0x60",
            'orion_workers_running{job="orion-backend", instance="b"}': "1x60",
            'orion_ready{job="orion-backend", instance="b"}': "1x60",
        },
    ),
    "OutboxStuck": Case(
        {"orion_outbox_oldest_age_seconds": "0x50 130x10"}, {"orion_outbox_oldest_age_seconds": "0x57 130x3"}
    ),
    "OutboxDeadLetters": Case({"orion_outbox_dead": "0x30 1x30"}, {"orion_outbox_dead": "1x30 0x30"}),
    "TaskMissed": Case(
        succeeded("audit_ledger", 27), succeeded("tell_of_reviews", 27), after_minutes=30 * 60, step_minutes=30
    ),
    "WalletSyncFailures": Case(
        {
            'orion_task_failed_ratio{task="sync_wallet_passes"}': "0.06x60",
            'orion_task_failed_cards{task="sync_wallet_passes"}': "6x60",
        },
        {
            'orion_task_failed_ratio{task="sync_wallet_passes"}': "0.04x60",
            'orion_task_failed_cards{task="sync_wallet_passes"}': "4x60",
        },
    ),
    "WalletCredentialsRejected": Case(
        pushes("apple", stopped="0x50 1x10"), pushes("apple", stopped="0x20 1x40", synced="0+1x60")
    ),
    "WalletLate": Case(
        {
            'orion_wallet_sync_lag_seconds_bucket{provider="google", le="60"}': "0+97x60",
            'orion_wallet_sync_lag_seconds_bucket{provider="google", le="120"}': "0+100x60",
            'orion_wallet_sync_lag_seconds_bucket{provider="google", le="+Inf"}': "0+100x60",
        },
        {
            'orion_wallet_sync_lag_seconds_bucket{provider="google", le="60"}': "0+995x60",
            'orion_wallet_sync_lag_seconds_bucket{provider="google", le="120"}': "0+1000x60",
            'orion_wallet_sync_lag_seconds_bucket{provider="google", le="+Inf"}': "0+1000x60",
        },
    ),
    "EmailFailing": Case(emails(failed="0+2x60", sent="0+98x60"), emails(failed="0+1x60", sent="0+200x60")),
    "EmailLate": Case(
        {"orion_emails_oldest_age_seconds": "0x40 310x20"}, {"orion_emails_oldest_age_seconds": "0x52 310x8"}
    ),
    "WebhooksLate": Case(
        {"orion_webhooks_oldest_age_seconds": "310x60", "orion_outbox_oldest_age_seconds": "0x60"},
        {"orion_webhooks_oldest_age_seconds": "310x60", "orion_outbox_oldest_age_seconds": "300x60"},
    ),
    "PinBruteForce": Case(
        {"orion_pin_lockouts_total": "0x50 5x10", 'orion_pin_failures_total{source="till"}': "0x60"},
        {"orion_pin_lockouts_total": "0x50 2x10", 'orion_pin_failures_total{source="till"}': "0+2x60"},
    ),
    "RevokedDeviceActive": Case(
        {"orion_revoked_device_requests_total": "0x55 1x5"}, {"orion_revoked_device_requests_total": "1x60"}
    ),
    "RateLimitSpike": Case(
        {'orion_rate_limited_total{limit="enroll"}': "0+120x60"},
        {'orion_rate_limited_total{limit="enroll"}': "0+90x60"},
    ),
    "CertificateExpiresIn7Days": Case(
        {'orion_cert_expiry_timestamp_seconds{cert="apple_pass"}': f"{6 * 86400}x60"},
        {'orion_cert_expiry_timestamp_seconds{cert="apple_pass"}': f"{8 * 86400}x60"},
    ),
    "BackupTooOld": Case(
        {"orion_backup_last_success_timestamp_seconds": f"{3 * 3600}x60"},
        {"orion_backup_last_success_timestamp_seconds": f"{5 * 3600}x60"},
        after_minutes=30 * 60,
        step_minutes=30,
    ),
    "DiskFillsIn24h": Case(
        {
            'node_filesystem_avail_bytes{mountpoint="/data", fstype="ext4"}': "4000-5x480",
            'node_filesystem_size_bytes{mountpoint="/data", fstype="ext4"}': "10000x480",
        },
        {
            'node_filesystem_avail_bytes{mountpoint="/data", fstype="ext4"}': "4000-1x480",
            'node_filesystem_size_bytes{mountpoint="/data", fstype="ext4"}': "10000x480",
        },
        480,
    ),
    "FailedCards": Case(
        {'orion_task_failed_cards{task="expire_points"}': "1x240"},
        {'orion_task_failed_cards{task="expire_points"}': "1x170 0x70"},
        240,
    ),
    "CertificateExpiresIn30Days": Case(
        {'orion_cert_expiry_timestamp_seconds{cert="apple_pass"}': f"{29 * 86400}x60"},
        {'orion_cert_expiry_timestamp_seconds{cert="apple_pass"}': f"{31 * 86400}x60"},
    ),
    "ServiceAccountKeyOld": Case(
        {'orion_key_created_timestamp_seconds{key="google_service_account"}': f"-{91 * 86400}x60"},
        {'orion_key_created_timestamp_seconds{key="google_service_account"}': f"-{89 * 86400}x60"},
    ),
    "RestoreNotRehearsed": Case(
        {"orion_restore_rehearsal_timestamp_seconds": f"{-15 * 86400}x60"},
        {"orion_restore_rehearsal_timestamp_seconds": f"{-14 * 86400}x60"},
    ),
    "ClockSkew": Case({"orion_clock_skew_seconds": "-3x60"}, {"orion_clock_skew_seconds": "1x60"}),
    "LoginFailuresHigh": Case({"orion_login_failures_total": "0+10x60"}, {"orion_login_failures_total": "0+5x60"}),
    "RedisDown": Case({"orion_redis_up": "1x50 0x10"}, {"orion_redis_up": "1x57 0x3"}),
    "WebhookEndpointsDisabled": Case(
        {"orion_webhook_endpoints_disabled": "3x40 4x20"}, {"orion_webhook_endpoints_disabled": "4x60"}
    ),
    "MerchantLosingCustomers": Case(
        {'orion_merchants_losing_customers{instance="a"}': "0x30 1x30"},
        {'orion_merchants_losing_customers{instance="a"}': "1x30 0x30"},
    ),
    "FewNewCards": Case(
        {'orion_merchants_few_new_cards{instance="a"}': "0x30 1x30"},
        {'orion_merchants_few_new_cards{instance="a"}': "1x30 0x30"},
    ),
    "PoolExhausted": Case(
        {"orion_db_pool_in_use": "10x60", "orion_db_pool_size": "10x60"},
        {"orion_db_pool_in_use": "5x60", "orion_db_pool_size": "10x60"},
    ),
}

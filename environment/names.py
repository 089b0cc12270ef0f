"""Names of all settings of all processes. Each process refuses unknown names, even of settings it does not read."""

from collections.abc import Iterable

from environment.reading import PREFIX, SettingsError, name_of

FIELDS = frozenset(
    [
        "access_token_hours",
        "access_tokens_days",
        "adjust_per_minute",
        "all_mails_per_mailbox_per_day",
        "apns_ca_file",
        "apns_push_type",
        "apns_url",
        "apple_wallet_dir",
        "apple_wallet_key_password",
        "backend_host",
        "backend_port",
        "backend_public_url",
        "backend_url",
        "card_link_per_minute",
        "card_page_per_minute",
        "data_dir",
        "database_owner_url",
        "database_url",
        "default_logo_url",
        "earn_per_minute",
        "email_from_address",
        "email_from_name",
        "email_give_up_hours",
        "email_log_days",
        "email_provider",
        "email_rate_per_second",
        "email_reply_to",
        "enroll_per_minute",
        "environment",
        "frontend_host",
        "frontend_port",
        "google_oauth_token_url",
        "google_wallet_api_url",
        "google_wallet_issuer_id",
        "google_wallet_keys_url",
        "google_wallet_origins",
        "google_wallet_save_url",
        "google_wallet_service_account_file",
        "imprint_url",
        "log_level",
        "mail_catcher_dir",
        "mail_test_private_hosts",
        "mail_tests_per_hour",
        "mails_per_mailbox_per_day",
        "mails_per_mailbox_per_hour",
        "metrics_token",
        "pin_unlock_per_minute",
        "platform_idle_minutes",
        "platform_name",
        "pool_size",
        "previews_days",
        "privacy_url",
        "public_docs",
        "public_program_per_minute",
        "public_url",
        "quiet_hours_begin",
        "quiet_hours_end",
        "redeem_per_minute",
        "redis_url",
        "sandbox_url",
        "secret_keys",
        "sendgrid_api_key",
        "sendgrid_api_url",
        "sendgrid_webhook_public_key",
        "sign_in_code_per_minute",
        "sign_in_per_account_and_network_per_minute",
        "sign_in_per_account_per_minute",
        "sign_in_per_minute",
        "smtp_host",
        "smtp_password",
        "smtp_port",
        "smtp_timeout_seconds",
        "smtp_use_ssl",
        "smtp_use_tls",
        "smtp_user",
        "staff_idle_minutes",
        "stamp_per_minute",
        "stored_answers_days",
        "support_email",
        "task_runs_days",
        "trusted_proxies",
        "void_per_minute",
        "webhook_log_days",
        "worker_metrics_port",
    ]
)
OF_LAUNCHERS = {"ORION_CHROMIUM", "ORION_IGNORE_SYSTEM_CHROMIUM", "ORION_IGNORE_SYSTEM_POSTGRES"}
"""Read by scripts that start Orion, not by Orion."""


def refuse_misspelt(names: Iterable[str]) -> None:
    """Raises SettingsError for an unknown `ORION_` name."""
    known = {name_of(field) for field in FIELDS} | OF_LAUNCHERS
    for name in names:
        if name.startswith(PREFIX) and name not in known:
            raise SettingsError(f"{name} is not a setting of Orion: correct its name or remove it.")

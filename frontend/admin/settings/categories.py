"""Categories of settings: their names, and the groups in which a page shows their settings, by key."""

from collections.abc import Sequence
from typing import NamedTuple

from i18n.translator import N_, PN_


class Group(NamedTuple):
    """Settings that stand together on a page."""

    title: str
    keys: Sequence[str]


class CategoryLabel(NamedTuple):
    name: str
    about: str
    groups: Sequence[Group]


CATEGORIES = {
    "email": CategoryLabel(
        # NOTE: noun: of the email server
        PN_("group of settings", "Email"),
        N_("What the server uses right now, and where each value comes from."),
        (
            # NOTE: noun: who sends the emails
            Group(PN_("group of settings", "Provider"), ("email_provider",)),
            Group(
                "SMTP",
                (
                    *("smtp_host", "smtp_port", "smtp_use_tls", "smtp_use_ssl", "smtp_user", "smtp_password"),
                    "smtp_timeout_seconds",
                ),
            ),
            # NOTE: noun: whom emails are from
            Group(PN_("group of settings", "Sender"), ("email_from_address", "email_from_name", "email_reply_to")),
            Group("SendGrid", ("sendgrid_api_key", "sendgrid_api_url", "sendgrid_webhook_public_key")),
            # NOTE: noun: how emails are handed over
            Group(PN_("group of settings", "Delivery"), ("email_rate_per_second", "email_give_up_hours")),
        ),
    ),
    "wallets": CategoryLabel(
        # NOTE: plural: of Google Wallet and Apple Wallet
        PN_("group of settings", "Wallets"),
        N_("Only the environment sets these. They are read when a process starts."),
        (
            Group(
                "Google Wallet",
                (
                    *("google_wallet_issuer_id", "google_wallet_service_account_file", "google_wallet_origins"),
                    *("google_wallet_api_url", "google_oauth_token_url", "google_wallet_save_url"),
                    *("google_wallet_keys_url", "default_logo_url"),
                ),
            ),
            Group(
                "Apple Wallet",
                (*("apple_wallet_dir", "apple_wallet_key_password", "apns_url", "apns_ca_file", "apns_push_type"),),
            ),
        ),
    ),
    "security": CategoryLabel(
        # NOTE: noun: of sign-ins and connections
        PN_("group of settings", "Security"),
        N_("How long a sign-in lasts, and what Orion may connect to."),
        (
            Group(
                PN_("group of settings", "Security"),
                ("access_token_hours", "staff_idle_minutes", "platform_idle_minutes", "mail_test_private_hosts"),
            ),
            # NOTE: plural: of the app on them, or how often they may call
            Group(PN_("group of settings", "Tablets"), ("device_min_version_code", "device_latest_version_code")),
        ),
    ),
    "limits": CategoryLabel(
        # NOTE: plural: how often something may be done in a minute
        PN_("group of settings", "Limits"),
        N_("How often one caller may do something. Beyond it requests are refused for the rest of the minute."),
        (
            Group(
                N_("Customers and visitors"),
                (
                    "enroll_per_minute",
                    *("public_program_per_minute", "card_page_per_minute", "card_link_per_minute"),
                    "sign_in_code_per_minute",
                ),
            ),
            Group(
                # NOTE: noun: how often something may be done at a till
                PN_("group of settings", "Till"),
                (
                    *("earn_per_minute", "stamp_per_minute", "redeem_per_minute", "void_per_minute"),
                    *("adjust_per_minute", "pin_unlock_per_minute", "api_key_per_minute"),
                ),
            ),
            Group(PN_("group of settings", "Tablets"), ("device_pair_per_minute", "device_per_minute")),
            Group(
                N_("Signing in"),
                (
                    "sign_in_per_minute",
                    *("sign_in_per_account_and_network_per_minute", "sign_in_per_account_per_minute"),
                ),
            ),
            Group(
                # NOTE: plural: how many may be sent, and when
                PN_("group of settings", "Emails"),
                (
                    *("mails_per_mailbox_per_hour", "mails_per_mailbox_per_day", "mail_tests_per_hour"),
                    *("all_mails_per_mailbox_per_day", "quiet_hours_begin", "quiet_hours_end"),
                ),
            ),
        ),
    ),
    "privacy": CategoryLabel(
        # NOTE: noun: after how many days data is deleted
        PN_("group of settings", "Privacy"),
        N_("After how many days Orion deletes what it no longer needs."),
        (
            Group(
                N_("Days until deletion"),
                (
                    *("email_log_days", "stored_answers_days", "access_tokens_days", "task_runs_days"),
                    *("webhook_log_days", "previews_days"),
                ),
            ),
        ),
    ),
    "maintenance": CategoryLabel(
        # NOTE: noun: while the platform is maintained
        PN_("group of settings", "Maintenance"),
        N_("For a while everything can be seen and nothing changed. Tills say when they work again."),
        (Group(PN_("group of settings", "Maintenance"), ("maintenance_mode", "maintenance_until")),),
    ),
    "branding": CategoryLabel(
        # NOTE: noun: name and addresses of the platform
        PN_("group of settings", "Branding"),
        N_("What pages show that belong to no merchant."),
        (
            Group(
                # NOTE: noun: its name and addresses
                PN_("group of settings", "Platform"),
                ("platform_name", "support_email", "privacy_url", "imprint_url"),
            ),
        ),
    ),
}
"""In the order of the tabs."""

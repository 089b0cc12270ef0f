"""What is looked at for the platform as a whole."""

from backend.operations.readiness.board import Check
from backend.operations.readiness.platform.backups import look_at_backups, look_at_escrow
from backend.operations.readiness.platform.customers import look_at_merchants_at_risk, look_at_new_cards
from backend.operations.readiness.platform.database import (
    look_at_clocks,
    look_at_disk,
    look_at_migrations,
    look_at_role,
)
from backend.operations.readiness.platform.languages import look_at_catalogs
from backend.operations.readiness.platform.mail import look_at_delivery, look_at_settings, look_at_test, look_at_texts
from backend.operations.readiness.platform.maintenance import look_at_maintenance
from backend.operations.readiness.platform.merchants import look_at_live_stores, look_at_reviews, look_at_webhooks
from backend.operations.readiness.platform.people import look_at_admins, look_at_permissions
from backend.operations.readiness.platform.processes import look_at_backends, look_at_workers
from backend.operations.readiness.platform.queues import look_at_mail_queue, look_at_outbox, look_at_redis
from backend.operations.readiness.platform.secrets import look_at_secrets
from backend.operations.readiness.platform.tasks import look_at_task
from backend.operations.readiness.platform.test_data import look_at_test_data
from backend.operations.readiness.platform.wallets import look_at_passes, look_at_wallet
from backend.operations.timed_tasks.catalog import TASKS
from i18n.translator import N_, PN_

MAIL, PEOPLE, WEBHOOKS = "docs/runbooks/email.md", "docs/runbooks/people.md", "docs/runbooks/webhooks.md"
GO_LIVE, CERTIFICATES, PASSES = (
    "docs/runbooks/go-live.md",
    "docs/runbooks/wallet-certificates.md",
    "docs/runbooks/wallet-passes.md",
)
BACKUP, ALERTS = "docs/runbooks/backup.md", "docs/runbooks/alerts.md"
LOSING, FEW_NEW = f"{ALERTS}#merchantlosingcustomers", f"{ALERTS}#fewnewcards"
RUNBOOKS = {"verify_audit": PEOPLE, "sync_wallet_passes": PASSES, "check_wallet_certificates": CERTIFICATES}
"""Of timed tasks."""

PLATFORM_CHECKS = (
    # NOTE: plural: whether the database has all of them
    Check("migrations", "database", PN_("check", "Migrations"), look_at_migrations),
    Check("role", "database", N_("Separation of merchants"), look_at_role),
    Check("secrets", "database", N_("Encryption keys"), look_at_secrets, runbook=f"{MAIL}#a-key-was-lost"),
    # NOTE: plural: whether this machine’s agrees with the database’s
    Check("clocks", "database", PN_("check", "Clocks"), look_at_clocks),
    # NOTE: noun: whether there is room left
    Check("disk", "database", PN_("check", "Disk"), look_at_disk),
    # NOTE: plural: whether the last one is new
    Check("backups", "database", PN_("check", "Backups"), look_at_backups, runbook=BACKUP),
    Check("escrow", "database", N_("Copy of the encryption keys"), look_at_escrow, runbook=f"{BACKUP}#what-is-kept"),
    # NOTE: plural, processes: whether they run, and the same version
    Check("backends", "work", PN_("check", "Backends"), look_at_backends),
    # NOTE: plural, processes for background work: whether they run
    Check("workers", "work", PN_("check", "Workers"), look_at_workers),
    # NOTE: noun: whether it is over
    Check("maintenance", "work", PN_("check", "Maintenance"), look_at_maintenance, "/admin/settings/maintenance"),
    # NOTE: plural: whether what follows from them is done
    Check("outbox", "work", PN_("check", "Events"), look_at_outbox),
    Check("redis", "work", "Redis", look_at_redis),
    Check("email_templates", "mail", N_("Email templates"), look_at_texts, "/admin/email-templates"),
    Check("email_settings", "mail", N_("Email settings"), look_at_settings, "/admin/settings/email", MAIL),
    Check("email_test", "mail", N_("Connection test"), look_at_test, "/admin/settings/email", MAIL),
    Check("email_queue", "mail", N_("Emails that are due"), look_at_mail_queue, "/admin/emails", MAIL),
    Check("email_delivery", "mail", N_("Delivery of emails"), look_at_delivery, "/admin/emails", MAIL),
    Check("google_wallet", "wallets", N_("Google Wallet"), look_at_wallet("google"), "/admin/wallets", CERTIFICATES),
    Check("apple_wallet", "wallets", N_("Apple Wallet"), look_at_wallet("apple"), "/admin/wallets", CERTIFICATES),
    Check("passes", "wallets", N_("Wallet passes"), look_at_passes, "/admin/wallets", PASSES),
    # NOTE: plural: whether all are there
    Check("catalogs", "platform", PN_("check", "Translations"), look_at_catalogs),
    Check(
        "permissions", "platform", PN_("check", "Permissions"), look_at_permissions, "/admin/users/permissions", PEOPLE
    ),
    # NOTE: plural: whether enough of them can sign in
    Check("administrators", "platform", PN_("check", "Administrators"), look_at_admins, "/admin/users", PEOPLE),
    Check("live_stores", "merchants", N_("Live stores"), look_at_live_stores, "/admin/merchants"),
    Check("reviews", "merchants", PN_("check", "Review"), look_at_reviews, "/admin/merchants"),
    Check("webhooks", "merchants", PN_("check", "Webhooks"), look_at_webhooks, runbook=WEBHOOKS),
    Check("cards_at_risk", "merchants", N_("Customers at risk"), look_at_merchants_at_risk, runbook=LOSING),
    Check("new_cards", "merchants", N_("New cards"), look_at_new_cards, runbook=FEW_NEW),
    Check("test_data", "merchants", N_("Test data"), look_at_test_data, runbook=GO_LIVE),
    *(Check(task.name, "tasks", task.title, look_at_task(task), runbook=RUNBOOKS.get(task.name, "")) for task in TASKS),
)

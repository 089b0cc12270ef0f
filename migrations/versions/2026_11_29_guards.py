"""Tables that are looked into before the merchant is known show other merchants' rows to nobody who has settled one;
the application may do what it does and no more."""

from alembic import op

revision = "2026_11_29_guards"
down_revision = "2026_11_29_strangers"
branch_labels = None
depends_on = None

SETTLED = "(SELECT nullif(current_setting('app.merchant_id', true), ''))"
MINE = f"merchant_id = {SETTLED}::uuid"
GUARDED = {
    "access_tokens": "EXISTS (SELECT FROM users u WHERE u.id = user_id)",
    "apple_passes": MINE,
    "apple_registrations": "EXISTS (SELECT FROM apple_passes p WHERE p.serial = apple_registrations.serial)",
    "google_programs": MINE,
    "merchants": f"id = {SETTLED}::uuid",
    "outbox": MINE,
    "store_codes": MINE,
    # The platform's own people, and runs over all merchants.
    "task_runs": f"merchant_id IS NULL OR {MINE}",
    "users": f"merchant_id IS NULL OR {MINE}",
}
CHANGED = (
    "access_tokens",
    "apple_devices",
    "apple_passes",
    "card_merges",
    "cards",
    "customers",
    "email_logs",
    "fraud_limits",
    "google_programs",
    "holds",
    "lots",
    "mail_allowances",
    "order_references",
    "outbox",
    "platform_mails",
    "program_previews",
    "rewards",
    "staff_pins",
    "task_runs",
    "users",
    "wallet_links",
)
REMOVED = (
    "access_tokens",
    "apple_devices",
    "apple_passes",
    "apple_registrations",
    "card_link_questions",
    "fraud_limits",
    "google_callbacks",
    "mail_allowances",
    "outbox",
    "program_previews",
    "stored_answers",
    "task_runs",
    "wallet_notifications",
)
ONCE_GRANTED = tuple(
    sorted(
        {*CHANGED, *REMOVED}
        | {
            "categories",
            "customer_words",
            "feature_overrides",
            "merchants",
            "pass_images",
            "policies",
            "programs",
            "retired_codes",
            "reward_stores",
            "store_codes",
            "store_members",
            "stores",
        }
        - {"card_link_questions"}
    )
)
"""Could be changed and removed before."""


def upgrade() -> None:
    for table, condition in GUARDED.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_merchant ON {table} USING ({SETTLED} IS NULL OR {condition})")
    op.execute("REVOKE UPDATE, DELETE ON ALL TABLES IN SCHEMA public FROM orion_app")
    op.execute(f"GRANT UPDATE ON {', '.join(CHANGED)} TO orion_app")
    op.execute(f"GRANT DELETE ON {', '.join(REMOVED)} TO orion_app")


def downgrade() -> None:
    op.execute(f"GRANT UPDATE, DELETE ON {', '.join(ONCE_GRANTED)} TO orion_app")
    for table in GUARDED:
        op.execute(f"DROP POLICY own_merchant ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")

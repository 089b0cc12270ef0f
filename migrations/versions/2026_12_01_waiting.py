"""What the clock looks for costs what waits, and not the number of merchants."""

import sqlalchemy as sa
from alembic import op

from backend.core import sql_functions

revision = "2026_12_01_waiting"
down_revision = "2026_12_01_expiry"

# The owner of the tables sees these rows of all merchants; nobody else does.
WAITING = {
    "email_logs": "status IN ('queued', 'sending')",
    "holds": "state = 'reserved'",
    "program_previews": "state IN ('queued', 'running')",
    "rewards": "archived_at IS NULL",
    "wallet_links": "status = 'active' AND (waiting_since IS NOT NULL OR lease_until IS NOT NULL)",
    "webhook_deliveries": "state = 'waiting'",
}
INDEXES = (
    ("ix_program_previews_waiting", "program_previews", "merchant_id", "state IN ('queued', 'running')"),
    ("ix_rewards_beginning", "rewards", "ends_on", "NOT is_on_passes AND is_active AND archived_at IS NULL"),
    ("ix_rewards_ending", "rewards", "ends_on", "is_on_passes AND archived_at IS NULL"),
)
BEFORE = {
    "merchants_with_work": "2026_11_30_leases",
    "due_webhook_endpoints": "2026_11_30_webhooks",
    "mail_backlog": "2026_11_30_email_log",
}


def upgrade() -> None:
    for name, table, column, condition in INDEXES:
        op.create_index(name, table, [column], postgresql_where=sa.text(condition))
    for table, condition in WAITING.items():
        op.execute(f"CREATE POLICY owner_finds_waiting ON {table} FOR SELECT TO CURRENT_USER USING ({condition})")
    sql_functions.create(revision, "merchants_waiting")
    sql_functions.replace(revision, *BEFORE)


def downgrade() -> None:
    for name, before in BEFORE.items():
        sql_functions.replace(before, name)
    sql_functions.drop("merchants_waiting")
    for table in WAITING:
        op.execute(f"DROP POLICY owner_finds_waiting ON {table}")
    for name, table, *_ in INDEXES:
        op.drop_index(name, table)

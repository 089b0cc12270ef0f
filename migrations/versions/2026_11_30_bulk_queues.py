"""Indexes of their own for events and emails that are recorded by the thousand, so that the till's never wait behind them.
The merchants of many mails are found at once."""

from alembic import op

from backend.core import sql_functions

revision = "2026_11_30_bulk_queues"
down_revision = "2026_11_30_sign_in"

EVENTS = "('points_expired', 'points_expiring')"
MAILS = "('loyalty_birthday', 'loyalty_points_expired', 'loyalty_points_expiring', 'loyalty_reengagement')"


def upgrade() -> None:
    sql_functions.create(revision, "merchants_of_mails")
    sql_functions.drop("merchant_of_mail")
    op.execute("DROP INDEX ix_outbox_due")
    op.execute(
        f"CREATE INDEX ix_outbox_due ON outbox (available_at) WHERE dead_at IS NULL AND event_name NOT IN {EVENTS}"
    )
    op.execute(f"CREATE INDEX ix_outbox_bulk ON outbox (available_at) WHERE dead_at IS NULL AND event_name IN {EVENTS}")
    op.execute(
        "CREATE INDEX ix_email_logs_prompt ON email_logs (merchant_id, available_at) "
        f"WHERE status IN ('queued', 'sending') AND template_code NOT IN {MAILS}"
    )


def downgrade() -> None:
    sql_functions.create("2026_11_30_email_log", "merchant_of_mail")
    sql_functions.drop("merchants_of_mails")
    op.execute("DROP INDEX ix_email_logs_prompt")
    op.execute("DROP INDEX ix_outbox_bulk")
    op.execute("DROP INDEX ix_outbox_due")
    op.execute("CREATE INDEX ix_outbox_due ON outbox (available_at) WHERE dead_at IS NULL")

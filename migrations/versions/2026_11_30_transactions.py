"""Lists of a merchant's transactions with filters; ids beside the names in a line of history."""

from alembic import op

from backend.core import sql_functions

revision = "2026_11_30_transactions"
down_revision = "2026_11_30_api_keys"


def upgrade() -> None:
    op.execute("SET LOCAL check_function_bodies = off")
    op.create_index("ix_transactions_recorded_at", "transactions", ["merchant_id", "recorded_at", "id"])
    sql_functions.replace(revision, "history_line")
    sql_functions.create(revision, "filter_transactions")


def downgrade() -> None:
    sql_functions.drop("filter_transactions")
    sql_functions.replace(down_revision, "history_line")
    op.drop_index("ix_transactions_recorded_at", "transactions")

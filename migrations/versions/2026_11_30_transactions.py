"""Lists with filters: of transactions, cards, customers and emails; ids beside the names in a line of history."""

import sqlalchemy as sa
from alembic import op

from backend.core import sql_functions

revision = "2026_11_30_transactions"
down_revision = "2026_11_30_api_keys"

OF_MERGED = "CREATE INDEX ix_cards_merged_customer ON cards (merchant_id, customer_id) WHERE merged_into_id IS NOT NULL"


def upgrade() -> None:
    op.execute("SET LOCAL check_function_bodies = off")
    op.create_index("ix_transactions_recorded_at", "transactions", ["merchant_id", "recorded_at", "id"])
    op.create_index("ix_cards_enrolled_at", "cards", ["merchant_id", "enrolled_at", "id"])
    op.create_index("ix_cards_store", "cards", ["merchant_id", "store_id", "enrolled_at", "id"])
    op.create_index("ix_cards_customer", "cards", ["merchant_id", "customer_id"])
    not_active = sa.text("state <> 'active'")
    state = ["merchant_id", "state", "enrolled_at", "id"]
    op.create_index("ix_cards_state", "cards", state, postgresql_where=not_active)
    op.drop_index("ix_cards_merged_customer", "cards")
    op.create_index("ix_customers_created_at", "customers", ["merchant_id", "created_at", "id"])
    sql_functions.drop("mail_list")
    sql_functions.create(revision, "mail_list", "filter_transactions")
    sql_functions.replace(revision, "history_line")


def downgrade() -> None:
    op.execute("SET LOCAL check_function_bodies = off")
    sql_functions.drop("mail_list")
    sql_functions.create("2026_11_30_email_log_indexes", "mail_list")
    op.drop_index("ix_customers_created_at", "customers")
    op.execute(OF_MERGED)
    for name in ("enrolled_at", "store", "customer", "state"):
        op.drop_index(f"ix_cards_{name}", "cards")
    sql_functions.drop("filter_transactions")
    sql_functions.replace(down_revision, "history_line")
    op.drop_index("ix_transactions_recorded_at", "transactions")

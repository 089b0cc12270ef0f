"""Customers that are marked as test, and how the owner of the database removes them."""

import sqlalchemy as sa
from alembic import op

from backend.core import sql_functions

revision = "2026_12_01_test_customers"
down_revision = "2026_12_01_preview_attempts"

FUNCTIONS = ("count_test_customers", "list_test_customers", "remove_test_customers")


def upgrade() -> None:
    op.add_column("customers", sa.Column("is_test", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index("ix_customers_test", "customers", ["merchant_id", "id"], postgresql_where=sa.text("is_test"))
    _index_consented(include=["is_test"])
    sql_functions.create(revision, *FUNCTIONS)
    op.execute("REVOKE EXECUTE ON FUNCTION remove_test_customers FROM orion_app")
    sql_functions.replace(revision, "refuse_change")


def downgrade() -> None:
    sql_functions.replace("2026_11_29_baseline", "refuse_change")
    sql_functions.drop(*reversed(FUNCTIONS))
    _index_consented(include=[])
    op.drop_index("ix_customers_test", "customers")
    op.drop_column("customers", "is_test")


def _index_consented(*, include: list[str]) -> None:
    """Campaigns count their customers in the index alone."""
    op.drop_index("ix_customers_marketing", "customers")
    op.create_index(
        "ix_customers_marketing", "customers", ["merchant_id", "id"],
        postgresql_include=include, postgresql_where=sa.text("marketing_consented_at IS NOT NULL"),
    )  # fmt: skip

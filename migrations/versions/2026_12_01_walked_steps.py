"""What test customers have tried at a merchant outlives their removal."""

import sqlalchemy as sa
from alembic import op

from backend.core import sql_functions

revision = "2026_12_01_walked_steps"
down_revision = "2026_12_01_test_customers"

OF_THE_MERCHANT = "merchant_id = (SELECT nullif(current_setting('app.merchant_id', true), '')::uuid)"


def upgrade() -> None:
    op.create_table(
        "walked_steps",
        sa.Column("merchant_id", sa.Uuid, sa.ForeignKey("merchants.id", name="fk_walked_steps_merchant_id_merchants")),
        sa.Column("step", sa.String(20)),
        sa.Column("walked_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "step", name="pk_walked_steps"),
    )
    op.execute("GRANT SELECT ON walked_steps TO orion_app")
    op.execute("ALTER TABLE walked_steps ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_merchant ON walked_steps USING ({OF_THE_MERCHANT})")
    sql_functions.create(revision, "test_customer_steps")
    _replace_removal(revision)


def downgrade() -> None:
    _replace_removal(down_revision)
    sql_functions.drop("test_customer_steps")
    op.drop_table("walked_steps")


def _replace_removal(of_revision: str) -> None:
    """Only the owner may call it."""
    sql_functions.replace(of_revision, "remove_test_customers")
    op.execute("REVOKE EXECUTE ON FUNCTION remove_test_customers FROM orion_app")

"""How often cardholders come, and what the last count of each merchant's customers has found."""

import sqlalchemy as sa
from alembic import op

from backend.core import sql_functions

revision = "2026_12_02_retention"
down_revision = "2026_12_01_tracing"

OF_THE_MERCHANT = "merchant_id = (SELECT nullif(current_setting('app.merchant_id', true), '')::uuid)"
TABLES = ("visit_intervals", "customer_counts")
TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "visit_intervals",
        sa.Column("merchant_id", sa.Uuid),
        sa.Column("card_id", sa.Uuid),
        sa.Column("counted_seq", sa.Integer, nullable=False),
        sa.Column("mean_minutes", sa.Integer),
        sa.PrimaryKeyConstraint("merchant_id", "card_id", name="pk_visit_intervals"),
        sa.ForeignKeyConstraint(
            ["merchant_id", "card_id"], ["cards.merchant_id", "cards.id"], name="fk_card_id_cards", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "customer_counts",
        sa.Column(
            "merchant_id", sa.Uuid, sa.ForeignKey("merchants.id", name="fk_customer_counts_merchant_id_merchants")
        ),
        sa.Column("active_cards", sa.Integer, nullable=False),
        sa.Column("at_risk_cards", sa.Integer, nullable=False),
        sa.Column("new_cards", sa.Integer, nullable=False),
        sa.Column("live_since", TIME),
        sa.Column("counted_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", name="pk_customer_counts"),
    )
    for table in TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO orion_app")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_merchant ON {table} USING ({OF_THE_MERCHANT})")
    sql_functions.create(revision, "customer_figures")


def downgrade() -> None:
    sql_functions.drop("customer_figures")
    for table in TABLES:
        op.drop_table(table)

"""Customers sign in with a code by email: their attempts and their sessions."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_customer_sign_in"
down_revision = "2026_11_30_bulk_queues"

OF_THE_MERCHANT = "merchant_id = (SELECT nullif(current_setting('app.merchant_id', true), '')::uuid)"
TIME = sa.TIMESTAMP(timezone=True)
TABLES = ("customer_sign_ins", "customer_sessions")


def upgrade() -> None:
    _create(
        "customer_sign_ins",
        sa.Column("email_norm", sa.Text),
        sa.Column("code_mac", sa.LargeBinary),
        sa.Column("mail_id", sa.Uuid),
        sa.Column("tries", sa.SmallInteger, nullable=False),
    )
    op.create_index("ix_customer_sign_ins_mail", "customer_sign_ins", ["merchant_id", "mail_id"])
    _create("customer_sessions")


def downgrade() -> None:
    op.execute(f"DROP TABLE {', '.join(TABLES)}")


def _create(table: str, *columns: sa.Column) -> None:
    op.create_table(
        table,
        sa.Column("merchant_id", sa.Uuid, sa.ForeignKey("merchants.id", name=f"fk_{table}_merchant_id_merchants")),
        sa.Column("id", sa.Uuid),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("customer_id", sa.Uuid),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        *columns,
        sa.PrimaryKeyConstraint("merchant_id", "id", name=f"pk_{table}"),
    )
    # Erasing a customer leaves the rows, so that a customer who is signed in is told.
    op.execute(
        f"ALTER TABLE {table} ADD CONSTRAINT fk_customer_id_customers FOREIGN KEY (merchant_id, customer_id) "
        "REFERENCES customers (merchant_id, id) ON DELETE SET NULL (customer_id)"
    )
    op.create_index(f"ix_{table}_customer", table, ["merchant_id", "customer_id"])
    op.create_index(f"ix_{table}_expires_at", table, ["merchant_id", "expires_at"])
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO orion_app")
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_merchant ON {table} USING ({OF_THE_MERCHANT})")

"""Withdrawals of consent, which hold for all customers with the same mailbox."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_consent"
down_revision = "2026_11_30_audit"


def upgrade() -> None:
    op.add_column("customers", sa.Column("mailbox", sa.String(254)))
    op.add_column("customers", sa.Column("marketing_withdrawn_at", sa.TIMESTAMP(timezone=True)))
    op.execute("ALTER TABLE customers NO FORCE ROW LEVEL SECURITY")
    # What is behind a plus sign; what single providers ignore besides is only known of customers who enroll from now on.
    op.execute(r"UPDATE customers SET mailbox = regexp_replace(email_norm, '^([^+@]+)\+[^@]*@', '\1@')")
    op.execute("ALTER TABLE customers FORCE ROW LEVEL SECURITY")
    op.alter_column("customers", "mailbox", nullable=False)
    op.create_index("ix_customers_mailbox", "customers", ["merchant_id", "mailbox"])


def downgrade() -> None:
    op.drop_index("ix_customers_mailbox", "customers")
    op.drop_column("customers", "marketing_withdrawn_at")
    op.drop_column("customers", "mailbox")

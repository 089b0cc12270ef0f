"""Consent to marketing emails, the merchant's choice of them, the last one to each mailbox; secrets in emails."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_marketing"
down_revision = "2026_11_30_email_log"

OF_THE_MERCHANT = "merchant_id = (SELECT nullif(current_setting('app.merchant_id', true), '')::uuid)"
MAILS = ("email_logs", "platform_mails")
HAS_CONSENTED = "marketing_consented_at IS NOT NULL"
TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE customers
          ADD COLUMN birthday smallint
            GENERATED ALWAYS AS ((extract(month FROM birth_date) * 100 + extract(day FROM birth_date))::smallint) STORED,
          ADD COLUMN marketing_consented_at timestamptz,
          ADD COLUMN birthday_greeted_on date,
          ADD COLUMN reengaged_at timestamptz
        """
    )
    for name, columns in (("marketing", ["id"]), ("birthday", ["birthday", "id"])):
        op.create_index(
            f"ix_customers_{name}", "customers", ["merchant_id", *columns], postgresql_where=sa.text(HAS_CONSENTED)
        )
    for table in MAILS:
        op.add_column(table, sa.Column("sealed_secret", sa.Text))
    _add_plans()
    _add_slots()


def downgrade() -> None:
    for table in MAILS:
        _end_what_may_not_be_sent(table)
        op.drop_column(table, "sealed_secret")
    op.execute("DROP TABLE marketing_slots, marketing_plans")
    for name in ("marketing", "birthday"):
        op.drop_index(f"ix_customers_{name}", "customers")
    for name in ("birthday", "marketing_consented_at", "birthday_greeted_on", "reengaged_at"):
        op.drop_column("customers", name)


def _end_what_may_not_be_sent(table: str) -> None:
    """Marketing, because consent is forgotten, and emails whose code or link is."""
    # The owner of the table sees the rows of all merchants only without FORCE.
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        f"""
        UPDATE {table}
        SET status = CASE WHEN status = 'sending' THEN 'unknown' ELSE 'failed' END,
            error_code = CASE WHEN status = 'sending' THEN 'outcome_unknown'
                              WHEN kind = 'marketing' THEN 'no_consent' ELSE 'secret_unreadable' END
        WHERE status IN ('queued', 'sending') AND (kind = 'marketing' OR sealed_secret IS NOT NULL)
        """
    )
    if table == "email_logs":
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _add_plans() -> None:
    op.create_table(
        "marketing_plans",
        sa.Column(
            "merchant_id", sa.Uuid, sa.ForeignKey("merchants.id", name="fk_marketing_plans_merchant_id_merchants")
        ),
        sa.Column("id", sa.Uuid),
        sa.Column("sends_birthday_emails", sa.Boolean, nullable=False),
        sa.Column("reengagement_days", sa.SmallInteger),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_marketing_plans"),
        sa.UniqueConstraint("merchant_id", name="uq_marketing_plans_merchant_id"),
        sa.CheckConstraint("reengagement_days BETWEEN 30 AND 730", name="reengagement_days"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON marketing_plans TO orion_app")
    op.execute("ALTER TABLE marketing_plans ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_merchant ON marketing_plans USING ({OF_THE_MERCHANT})")


def _add_slots() -> None:
    op.create_table(
        "marketing_slots",
        sa.Column("recipient", sa.LargeBinary, nullable=False),
        sa.Column("email_id", sa.Uuid, nullable=False),
        sa.Column("taken_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("recipient", name="pk_marketing_slots"),
    )
    op.create_index("ix_marketing_slots_taken_at", "marketing_slots", ["taken_at"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON marketing_slots TO orion_app")

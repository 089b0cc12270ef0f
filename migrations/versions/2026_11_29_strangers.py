"""What strangers may cause: codes that are good once, few mails to one address, questions answered afterwards."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_29_strangers"
down_revision = "2026_11_29_merchants_with_work"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OWN_MERCHANT = "merchant_id = (SELECT nullif(current_setting('app.merchant_id', true), '')::uuid)"


def upgrade() -> None:
    op.add_column("users", sa.Column("totp_used_step", sa.BigInteger(), nullable=True))
    op.create_table(
        "mail_allowances",
        sa.Column("recipient", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", postgresql.ARRAY(MOMENT), nullable=False),
        sa.Column("last_sent_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("recipient", name=op.f("pk_mail_allowances")),
    )
    op.create_table(
        "card_link_questions",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email_norm", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name=op.f("fk_card_link_questions_merchant_id_merchants")
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name=op.f("pk_card_link_questions")),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON mail_allowances TO orion_app")
    op.execute("GRANT SELECT, INSERT, DELETE ON card_link_questions TO orion_app")
    op.execute("ALTER TABLE card_link_questions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_merchant ON card_link_questions USING ({OWN_MERCHANT})")


def downgrade() -> None:
    op.drop_table("card_link_questions")
    op.drop_table("mail_allowances")
    op.drop_column("users", "totp_used_step")

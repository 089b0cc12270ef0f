"""Mails to the platform's own people, each occasion once."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_platform_mails"
down_revision = "2026_11_23_expiry_warnings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "platform_mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=True),
        sa.Column("template_code", sa.String(length=100), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=True),
        sa.Column("host", sa.String(length=255), nullable=True),
        sa.Column("sender", sa.String(length=320), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('queued', 'sent', 'failed')", name=op.f("ck_platform_mails_status")),
        sa.PrimaryKeyConstraint("id", name="pk_platform_mails"),
        sa.UniqueConstraint("occasion", "recipient", name="uq_platform_mails_occasion"),
    )
    op.create_index(
        "ix_platform_mails_queued",
        "platform_mails",
        ["available_at"],
        unique=False,
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON platform_mails TO orion_app")


def downgrade() -> None:
    op.drop_index("ix_platform_mails_queued", table_name="platform_mails", postgresql_where="status = 'queued'")
    op.drop_table("platform_mails")

"""Invitations by email; members are changed and removed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2026_11_30_invitations"
down_revision = "2026_11_30_email_log_indexes"

SETTLED = "(SELECT nullif(current_setting('app.merchant_id', true), ''))"
TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid),
        sa.Column("merchant_id", sa.Uuid, sa.ForeignKey("merchants.id", name="fk_invitations_merchant_id_merchants")),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("email_norm", sa.String(254), nullable=False),
        sa.Column("name", sa.String(100)),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("stores", JSONB, nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("invited_by", sa.Uuid, sa.ForeignKey("users.id", name="fk_invitations_invited_by_users")),
        sa.Column("invited_by_name", sa.String(100), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("sent_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("accepted_at", TIME),
        sa.Column("withdrawn_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
        sa.CheckConstraint(
            "role IN ('merchant_owner', 'store_member') AND merchant_id IS NOT NULL"
            " OR role IN ('super_admin', 'platform_admin') AND merchant_id IS NULL",
            name="role",
        ),
    )
    op.create_index(
        "uq_invitations_open",
        "invitations",
        ["merchant_id", "email_norm"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("accepted_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON invitations TO orion_app")
    op.execute("ALTER TABLE invitations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_merchant ON invitations USING ({SETTLED} IS NULL OR merchant_id = {SETTLED}::uuid)")
    op.execute("GRANT UPDATE ON merchant_members TO orion_app")
    op.execute("GRANT DELETE ON store_members TO orion_app")


def downgrade() -> None:
    op.execute("REVOKE DELETE ON store_members FROM orion_app")
    op.execute("REVOKE UPDATE ON merchant_members FROM orion_app")
    op.execute("DROP TABLE invitations")

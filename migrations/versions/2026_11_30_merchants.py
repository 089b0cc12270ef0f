"""Administrators change a merchant's stores, policy and features; a session knows its merchant's features."""

import sqlalchemy as sa
from alembic import op

from backend.core import sql_functions

revision = "2026_11_30_merchants"
down_revision = "2026_11_30_sign_in"

CHANGED, NEW = ("actor_by_token",), ("merchant_overviews", "actor_on_behalf")
SETTLED = "(SELECT nullif(current_setting('app.merchant_id', true), ''))"
OWN_SESSIONS = f"{SETTLED} IS NULL OR merchant_id = {SETTLED}::uuid"
TIME = sa.TIMESTAMP(timezone=True)
RIGHTS = {
    "feature_overrides": "INSERT, UPDATE, DELETE",
    "merchants": "UPDATE",
    "policies": "UPDATE",
    "stores": "UPDATE",
}


def upgrade() -> None:
    _add("feature_overrides", sa.Column("changed_by", sa.String(100), nullable=False, server_default=""))
    for table, rights in RIGHTS.items():
        _add(table, sa.Column("version", sa.Integer, nullable=False, server_default="1"))
        _add(table, sa.Column("updated_at", TIME, nullable=False, server_default=sa.func.now()))
        op.execute(f"GRANT {rights} ON {table} TO orion_app")
    _add("store_codes", sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.true()))
    op.execute("GRANT UPDATE ON store_codes TO orion_app")
    _add_on_behalf_sessions()
    sql_functions.create(revision, *NEW)
    sql_functions.replace(revision, *CHANGED)


def downgrade() -> None:
    sql_functions.replace("2026_11_30_sign_in", *CHANGED)
    sql_functions.drop(*NEW)
    op.execute("DROP TABLE on_behalf_sessions")
    op.execute("REVOKE UPDATE ON store_codes FROM orion_app")
    op.drop_column("store_codes", "is_active")
    for table, rights in RIGHTS.items():
        op.execute(f"REVOKE {rights} ON {table} FROM orion_app")
        op.drop_column(table, "version")
        op.drop_column(table, "updated_at")
    op.drop_column("feature_overrides", "changed_by")


def _add_on_behalf_sessions() -> None:
    op.create_table(
        "on_behalf_sessions",
        sa.Column("token_hash", sa.LargeBinary),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column(
            "sign_in_id",
            sa.Uuid,
            sa.ForeignKey(
                "access_tokens.id", name="fk_on_behalf_sessions_sign_in_id_access_tokens", ondelete="CASCADE"
            ),
            nullable=False,
        ),
        sa.Column(
            "merchant_id",
            sa.Uuid,
            sa.ForeignKey("merchants.id", name="fk_on_behalf_sessions_merchant_id_merchants"),
            nullable=False,
        ),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("begun_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.PrimaryKeyConstraint("token_hash", name="pk_on_behalf_sessions"),
        sa.UniqueConstraint("id", name="uq_on_behalf_sessions_id"),
    )
    op.create_index("ix_on_behalf_sessions_sign_in_id", "on_behalf_sessions", ["sign_in_id"])
    op.execute("GRANT SELECT, INSERT, UPDATE ON on_behalf_sessions TO orion_app")
    op.execute("ALTER TABLE on_behalf_sessions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_merchant ON on_behalf_sessions USING ({OWN_SESSIONS})")


def _add(table: str, column: sa.Column[object]) -> None:
    """With a value for the rows there are; new ones bring their own."""
    op.add_column(table, column)
    op.alter_column(table, column.name, server_default=None)

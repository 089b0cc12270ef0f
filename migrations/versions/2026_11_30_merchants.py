"""Administrators change a merchant's stores, policy and features; a session knows its merchant's features."""

import sqlalchemy as sa
from alembic import op

from backend.core import sql_functions

revision = "2026_11_30_merchants"
down_revision = "2026_11_30_pins"

CHANGED, NEW = ("actor_by_token",), ("merchant_overviews",)
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
    sql_functions.replace(revision, *CHANGED)
    sql_functions.create(revision, *NEW)


def downgrade() -> None:
    sql_functions.drop(*NEW)
    sql_functions.replace("2026_11_30_pins", *CHANGED)
    op.execute("REVOKE UPDATE ON store_codes FROM orion_app")
    op.drop_column("store_codes", "is_active")
    for table, rights in RIGHTS.items():
        op.execute(f"REVOKE {rights} ON {table} FROM orion_app")
        op.drop_column(table, "version")
        op.drop_column(table, "updated_at")
    op.drop_column("feature_overrides", "changed_by")


def _add(table: str, column: sa.Column[object]) -> None:
    """With a value for the rows there are; new ones bring their own."""
    op.add_column(table, column)
    op.alter_column(table, column.name, server_default=None)

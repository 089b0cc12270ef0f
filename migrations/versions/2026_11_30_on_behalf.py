"""Sessions in which an administrator acts on behalf of a merchant."""

import sqlalchemy as sa
from alembic import op

from backend.core import sql_functions

revision = "2026_11_30_on_behalf"
down_revision = "2026_11_30_merchants"

CHANGED, NEW = ("actor_by_token",), ("actor_on_behalf",)
SETTLED = "(SELECT nullif(current_setting('app.merchant_id', true), ''))"
OWN_SESSIONS = f"{SETTLED} IS NULL OR merchant_id = {SETTLED}::uuid"
TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "on_behalf_sessions",
        sa.Column("token_hash", sa.LargeBinary),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("sign_in_id", sa.Uuid, _key("sign_in_id", "access_tokens", ondelete="CASCADE"), nullable=False),
        sa.Column("merchant_id", sa.Uuid, _key("merchant_id", "merchants"), nullable=False),
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
    sql_functions.create(revision, *NEW)
    sql_functions.replace(revision, *CHANGED)


def downgrade() -> None:
    sql_functions.replace("2026_11_30_merchants", *CHANGED)
    sql_functions.drop(*NEW)
    op.execute("DROP TABLE on_behalf_sessions")


def _key(column: str, table: str, ondelete: str | None = None) -> sa.ForeignKey:
    return sa.ForeignKey(f"{table}.id", name=f"fk_on_behalf_sessions_{column}_{table}", ondelete=ondelete)

"""Timed jobs that one worker does; passes that wait are found every few seconds."""

import sqlalchemy as sa
from alembic import op

from backend.core import sql_functions

revision = "2026_11_30_leases"
down_revision = "2026_11_30_offline"

TIME = sa.TIMESTAMP(timezone=True)
WAITING = "status = 'active' AND (waiting_since IS NOT NULL OR lease_until IS NOT NULL)"


def upgrade() -> None:
    op.create_table(
        "timed_jobs",
        sa.Column("name", sa.String(100)),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("lease_token", sa.Uuid, nullable=False),
        sa.Column("lease_until", TIME, nullable=False),
        sa.Column("finished_at", TIME),
        sa.PrimaryKeyConstraint("name", name="pk_timed_jobs"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON timed_jobs TO orion_app")
    op.create_index("ix_wallet_links_waiting", "wallet_links", ["merchant_id"], postgresql_where=sa.text(WAITING))
    sql_functions.replace(revision, "merchants_with_work")


def downgrade() -> None:
    sql_functions.replace("2026_11_30_email_log", "merchants_with_work")
    op.drop_index("ix_wallet_links_waiting", "wallet_links")
    op.drop_table("timed_jobs")

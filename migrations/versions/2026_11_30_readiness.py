"""What operators look at: signs of life of processes, and figures over all merchants."""

import sqlalchemy as sa
from alembic import op

from backend.core import sql_functions

revision = "2026_11_30_readiness"
down_revision = "2026_11_30_leases"

FUNCTIONS = ("merchant_figures", "pass_backlog")
TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "process_heartbeats",
        sa.Column("id", sa.Uuid),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("host", sa.String(100), nullable=False),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("clock_offset_ms", sa.BigInteger, nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("heard_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_process_heartbeats"),
        sa.CheckConstraint("kind IN ('backend', 'worker')", name="kind"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON process_heartbeats TO orion_app")
    sql_functions.create(revision, *FUNCTIONS)


def downgrade() -> None:
    sql_functions.drop(*FUNCTIONS)
    op.execute("DROP TABLE process_heartbeats")

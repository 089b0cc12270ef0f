"""An event carries the trace of the request that has recorded it."""

import sqlalchemy as sa
from alembic import op

from backend.core import sql_functions

revision = "2026_12_01_tracing"
down_revision = "2026_12_01_walked_steps"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("traceparent", sa.Text))
    sql_functions.replace(revision, "book")


def downgrade() -> None:
    sql_functions.replace("2026_11_30_offline", "book")
    op.drop_column("outbox", "traceparent")

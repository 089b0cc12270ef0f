"""Connection tests: their number limits a user, the newest result is shown on the page of the settings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2026_11_30_connection_tests"
down_revision = "2026_11_30_marketing"

TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.create_table(
        "connection_tests",
        sa.Column("id", sa.Uuid),
        sa.Column("user_id", sa.Uuid),
        sa.Column("user_name", sa.String(100), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("port", sa.Integer),
        sa.Column("verdict", JSONB),
        sa.PrimaryKeyConstraint("id", name="pk_connection_tests"),
    )
    op.create_index("ix_connection_tests_user_id", "connection_tests", ["user_id", "started_at"])
    op.create_index("ix_connection_tests_started_at", "connection_tests", ["started_at"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON connection_tests TO orion_app")


def downgrade() -> None:
    op.execute("DROP TABLE connection_tests")

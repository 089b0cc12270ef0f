"""A sign-in has an id: what belongs to it, and to nobody else who signs in as the same person, can name it."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_sign_ins"
down_revision = "2026_11_23_returns"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    op.add_column(
        "access_tokens", sa.Column("id", sa.Uuid(), nullable=False, server_default=sa.text("gen_random_uuid()"))
    )
    op.alter_column("access_tokens", "id", server_default=None)
    op.create_unique_constraint("uq_access_tokens_id", "access_tokens", ["id"])
    _replace("2026_11_29_actor_by_token")


def downgrade() -> None:
    _replace("2026_11_21_actor_by_token")
    op.drop_constraint("uq_access_tokens_id", "access_tokens")
    op.drop_column("access_tokens", "id")


def _replace(file: str) -> None:
    """Who may call it stays."""
    text = (SQL / f"{file}.sql").read_text()
    op.get_bind().exec_driver_sql(text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))

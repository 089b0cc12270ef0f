"""A store has a language of its own, for whoever has wished for none there."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_store_language"
down_revision = "2026_11_29_functions"
branch_labels = None
depends_on = None

# The function actor_by_token, which reads it too, is made by 2026_11_29_sign_ins.
SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    op.add_column("stores", sa.Column("language", sa.String(length=5), nullable=True))
    _replace("2026_11_29_till_setup")


def downgrade() -> None:
    _replace("2026_11_21_till_setup")
    op.drop_column("stores", "language")


def _replace(file: str) -> None:
    """Who may call it, and what calls it, stays."""
    text = (SQL / f"{file}.sql").read_text()
    op.get_bind().exec_driver_sql(text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))

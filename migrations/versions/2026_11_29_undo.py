"""A transaction names the sign-in that booked it: undo belongs to the till, and not to everybody signed in as its person."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_undo"
down_revision = "2026_11_29_first_answers"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    op.add_column("transactions", sa.Column("sign_in_id", sa.Uuid(), nullable=True))
    _replace("2026_11_29_history_line")


def downgrade() -> None:
    _replace("2026_11_22_history_line")
    op.drop_column("transactions", "sign_in_id")


def _replace(file: str) -> None:
    """Who may call it, and what calls it, stays."""
    text = (SQL / f"{file}.sql").read_text()
    op.get_bind().exec_driver_sql(text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))

"""Undoing a merge knows whether the merged card's code was retired meanwhile, with the card that went on for it."""

from pathlib import Path

from alembic import op

revision = "2026_11_29_merged_codes"
down_revision = "2026_11_29_store_language"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def upgrade() -> None:
    _replace("2026_11_29_merge_state")


def downgrade() -> None:
    _replace("2026_11_23_merge_state")


def _replace(file: str) -> None:
    """Who may call it, and what calls it, stays."""
    text = (SQL / f"{file}.sql").read_text()
    op.get_bind().exec_driver_sql(text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))

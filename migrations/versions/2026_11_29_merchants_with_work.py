"""What the clock does every few seconds asks once which merchants it is for."""

from pathlib import Path

from alembic import op

revision = "2026_11_29_merchants_with_work"
down_revision = "2026_11_29_receipts"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
FUNCTION = "merchants_with_work(text, timestamptz)"


def upgrade() -> None:
    op.get_bind().exec_driver_sql((SQL / "2026_11_29_merchants_with_work.sql").read_text())
    op.execute(f"REVOKE ALL ON FUNCTION {FUNCTION} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FUNCTION} TO orion_app")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {FUNCTION}")

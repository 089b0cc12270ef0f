"""A key that was used before tells which line of history it booked."""

from pathlib import Path

from alembic import op

revision = "2026_11_29_first_answers"
down_revision = "2026_11_29_pin_turns"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
ANSWER_STATUS = "answer_status(uuid, text)"
FIND_TRANSACTION = "find_transaction(uuid, uuid)"


def upgrade() -> None:
    _replace("2026_11_29_first_answer")
    op.execute(f"DROP FUNCTION {ANSWER_STATUS}")
    _make("2026_11_29_answer_status", ANSWER_STATUS)
    _make("2026_11_29_find_transaction", FIND_TRANSACTION)


def downgrade() -> None:
    op.execute(f"DROP FUNCTION {FIND_TRANSACTION}")
    op.execute(f"DROP FUNCTION {ANSWER_STATUS}")
    _make("2026_11_21_answer_status", ANSWER_STATUS)
    _replace("2026_11_22_first_answer")


def _replace(file: str) -> None:
    """Who may call it, and what calls it, stays."""
    text = (SQL / f"{file}.sql").read_text()
    op.get_bind().exec_driver_sql(text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))


def _make(file: str, signature: str) -> None:
    op.get_bind().exec_driver_sql((SQL / f"{file}.sql").read_text())
    op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO orion_app")

"""Links that open a card can be ended, all at once."""

from pathlib import Path

from alembic import op

revision = "2026_11_29_card_links"
down_revision = "2026_11_29_pin_turns"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
END_CARD_LINKS = "end_card_links(uuid, uuid)"


def upgrade() -> None:
    op.get_bind().exec_driver_sql((SQL / "2026_11_29_end_card_links.sql").read_text())
    op.execute(f"REVOKE ALL ON FUNCTION {END_CARD_LINKS} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {END_CARD_LINKS} TO orion_app")
    _replace("2026_11_29_book")


def downgrade() -> None:
    _replace("2026_11_22_book")
    op.execute(f"DROP FUNCTION {END_CARD_LINKS}")


def _replace(file: str) -> None:
    """Who may call it, and what calls it, stays."""
    text = (SQL / f"{file}.sql").read_text()
    op.get_bind().exec_driver_sql(text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))

"""What looks by customer follows a merge: limits, enrolling, the welcome bonus, what is known of the holder, links."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_29_persons"
down_revision = "2026_11_29_guards"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
MADE = {
    "card_family": "card_family(uuid, uuid)",
    "end_card_links": "end_card_links(uuid, uuid)",
    "person_customers": "person_customers(uuid, uuid)",
    "is_welcomed": "is_welcomed(uuid, uuid[], uuid)",
    "refuse_second_welcome": "refuse_second_welcome()",
}


def upgrade() -> None:
    op.add_column(
        "card_merges",
        sa.Column("shared", postgresql.ARRAY(sa.Text()), nullable=False, server_default=sa.text("'{}'")),
    )
    op.alter_column("card_merges", "shared", server_default=None)
    # The words of a holder's name are written anew when a merge changes the name.
    op.execute("GRANT DELETE ON customer_words TO orion_app")
    for name, signature in MADE.items():
        op.get_bind().exec_driver_sql((SQL / f"2026_11_29_{name}.sql").read_text())
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO orion_app")
    _replace("2026_11_29_book_together")
    op.execute(
        "CREATE TRIGGER one_welcome BEFORE INSERT ON transactions FOR EACH ROW "
        "WHEN (NEW.kind = 'welcome_bonus') EXECUTE FUNCTION refuse_second_welcome()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER one_welcome ON transactions")
    _replace("2026_11_22_book_together")
    for signature in reversed(MADE.values()):
        op.execute(f"DROP FUNCTION {signature}")
    op.execute("REVOKE DELETE ON customer_words FROM orion_app")
    op.drop_column("card_merges", "shared")


def _replace(file: str) -> None:
    """Who may call it, and what calls it, stays."""
    text = (SQL / f"{file}.sql").read_text()
    op.get_bind().exec_driver_sql(text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))

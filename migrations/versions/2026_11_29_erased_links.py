"""The links of a card that is erased end by themselves, and since when it is erased is known."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_erased_links"
down_revision = "2026_11_29_merged_codes"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
END_ERASED_LINKS = "end_erased_links()"
ERASED_AT = "(state = 'erased') = (erased_at IS NOT NULL)"


def upgrade() -> None:
    op.add_column("cards", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(op.f("ck_cards_erased_at"), "cards", ERASED_AT)
    op.get_bind().exec_driver_sql((SQL / "2026_11_29_end_erased_links.sql").read_text())
    op.execute(f"REVOKE ALL ON FUNCTION {END_ERASED_LINKS} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {END_ERASED_LINKS} TO orion_app")
    op.execute(
        "CREATE TRIGGER erased_with_its_links BEFORE UPDATE OF state ON cards FOR EACH ROW "
        "WHEN (NEW.state = 'erased' AND OLD.state <> 'erased') EXECUTE FUNCTION end_erased_links()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER erased_with_its_links ON cards")
    op.execute(f"DROP FUNCTION {END_ERASED_LINKS}")
    op.drop_constraint(op.f("ck_cards_erased_at"), "cards")
    op.drop_column("cards", "erased_at")

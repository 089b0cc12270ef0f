"""Links that open a card can be ended, all at once; mails keep whose address they tell, and not the address."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_card_links"
down_revision = "2026_11_29_identity"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
END_CARD_LINKS = "end_card_links(uuid, uuid)"
MAILED_CARD = "fk_card_id_cards"


def upgrade() -> None:
    op.get_bind().exec_driver_sql((SQL / "2026_11_29_end_card_links.sql").read_text())
    op.execute(f"REVOKE ALL ON FUNCTION {END_CARD_LINKS} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {END_CARD_LINKS} TO orion_app")
    op.add_column("email_logs", sa.Column("card_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(MAILED_CARD, "email_logs", "cards", ["merchant_id", "card_id"], ["merchant_id", "id"])


def downgrade() -> None:
    op.drop_constraint(MAILED_CARD, "email_logs")
    op.drop_column("email_logs", "card_id")
    op.execute(f"DROP FUNCTION {END_CARD_LINKS}")

"""Mails keep whose address they tell, and not the address."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_card_links"
down_revision = "2026_11_29_identity"
branch_labels = None
depends_on = None

MAILED_CARD = "fk_card_id_cards"


def upgrade() -> None:
    op.add_column("email_logs", sa.Column("card_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(MAILED_CARD, "email_logs", "cards", ["merchant_id", "card_id"], ["merchant_id", "id"])


def downgrade() -> None:
    op.drop_constraint(MAILED_CARD, "email_logs")
    op.drop_column("email_logs", "card_id")

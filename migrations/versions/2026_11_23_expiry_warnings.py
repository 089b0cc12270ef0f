"""A card remembers what its holder was warned of."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_expiry_warnings"
down_revision = "2026_11_22_wallets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cards", sa.Column("warned_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("cards", "warned_until")

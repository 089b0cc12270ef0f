"""Phones that Apple has taken a push for are known: only their refusal can be the fault of our certificate."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_known_phones"
down_revision = "2026_11_23_wallet_leases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("apple_devices", sa.Column("is_known", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE apple_devices SET is_known = last_push_at IS NOT NULL")
    op.alter_column("apple_devices", "is_known", server_default=None)


def downgrade() -> None:
    op.drop_column("apple_devices", "is_known")

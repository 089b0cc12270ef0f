"""How often a preview was begun: one that ends every process is given up."""

import sqlalchemy as sa
from alembic import op

revision = "2026_12_01_preview_attempts"
down_revision = "2026_12_01_waiting"


def upgrade() -> None:
    attempts = sa.Column("attempts", sa.SmallInteger, server_default=sa.text("0"), nullable=False)
    op.add_column("program_previews", attempts)


def downgrade() -> None:
    op.drop_column("program_previews", "attempts")

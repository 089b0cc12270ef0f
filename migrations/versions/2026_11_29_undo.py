"""A transaction names the sign-in that booked it: undo belongs to the till, and not to everybody signed in as its person."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_undo"
down_revision = "2026_11_29_first_answers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("transactions", sa.Column("sign_in_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("transactions", "sign_in_id")

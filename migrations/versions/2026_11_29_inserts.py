"""The application may add no rows to tables that nobody fills yet but by hand."""

from alembic import op

revision = "2026_11_29_inserts"
down_revision = "2026_11_29_erased_links"
branch_labels = None
depends_on = None

FILLED_BY_HAND = "feature_overrides, reward_stores"


def upgrade() -> None:
    op.execute(f"REVOKE INSERT ON {FILLED_BY_HAND} FROM orion_app")


def downgrade() -> None:
    op.execute(f"GRANT INSERT ON {FILLED_BY_HAND} TO orion_app")

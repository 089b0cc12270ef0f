"""Proves the foreign keys to the members for the rows there are. Tills book meanwhile: it keeps off schema changes only."""

from alembic import op

revision = "2026_11_30_member_keys"
down_revision = "2026_11_30_members"

KEYS = (
    ("store_members", "user_id"),
    ("staff_pins", "user_id"),
    ("retired_codes", "user_id"),
    ("card_merges", "user_id"),
    ("holds", "user_id"),
    ("transactions", "user_id"),
    ("transactions", "override_user_id"),
)


def upgrade() -> None:
    for table, column in KEYS:
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT fk_{column}_merchant_members")


def downgrade() -> None:
    """A key that is proven stays."""

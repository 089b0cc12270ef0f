"""PINs that many wrong attempts disable, sessions that a PIN began, and after how long an unused till locks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from backend.core import sql_functions

revision = "2026_11_30_pins"
down_revision = "2026_11_30_customer_sign_in"

FUNCTIONS = {
    "actor_by_token": "2026_11_30_sign_in",
    "begin_pin_attempt": "2026_11_29_baseline",
    "end_pin_attempt": "2026_11_29_baseline",
}
"""Function → the revision before that changed it."""
TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("staff_pins", sa.Column("wrong_in_a_row", sa.Integer, nullable=False, server_default="0"))
    op.alter_column("staff_pins", "wrong_in_a_row", server_default=None)
    op.create_check_constraint("wrong_in_a_row", "staff_pins", "wrong_in_a_row >= 0")
    op.add_column("staff_pins", sa.Column("set_at", TIME, nullable=False, server_default=sa.func.now()))
    op.alter_column("staff_pins", "set_at", server_default=None)
    op.add_column("policies", sa.Column("lock_after_minutes", sa.Integer, nullable=False, server_default="2"))
    op.alter_column("policies", "lock_after_minutes", server_default=None)
    op.create_check_constraint("lock_after_minutes", "policies", "lock_after_minutes BETWEEN 0 AND 240")
    _add_sessions_by_pin()
    for name in FUNCTIONS:
        sql_functions.replace(revision, name)


def downgrade() -> None:
    for name, former in FUNCTIONS.items():
        sql_functions.replace(former, name)
    op.execute("ALTER TABLE access_tokens NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM access_tokens WHERE kind = 'pin'")
    op.execute("ALTER TABLE access_tokens FORCE ROW LEVEL SECURITY")
    for column in ("locked_people", "store_id", "origin_id", "kind"):
        op.drop_column("access_tokens", column)
    op.drop_column("policies", "lock_after_minutes")
    for column in ("set_at", "wrong_in_a_row"):
        op.drop_column("staff_pins", column)


def _add_sessions_by_pin() -> None:
    op.add_column("access_tokens", sa.Column("kind", sa.String(10), nullable=False, server_default="password"))
    op.alter_column("access_tokens", "kind", server_default=None)
    op.add_column("access_tokens", sa.Column("origin_id", sa.Uuid))
    op.add_column("access_tokens", sa.Column("store_id", sa.Uuid))
    op.add_column("access_tokens", sa.Column("locked_people", ARRAY(sa.Uuid), nullable=False, server_default="{}"))
    op.alter_column("access_tokens", "locked_people", server_default=None)
    op.create_foreign_key(
        "fk_access_tokens_origin_id_access_tokens",
        "access_tokens",
        "access_tokens",
        ["origin_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_foreign_key(
        "fk_access_tokens_merchant_id_stores",
        "access_tokens",
        "stores",
        ["merchant_id", "store_id"],
        ["merchant_id", "id"],
    )
    op.create_index("ix_access_tokens_origin_id", "access_tokens", ["origin_id"])
    op.create_check_constraint("kind", "access_tokens", "kind IN ('password', 'pin')")
    op.create_check_constraint(
        "began_by_pin",
        "access_tokens",
        "(kind = 'pin') = (origin_id IS NOT NULL) AND (kind = 'pin') = (store_id IS NOT NULL)",
    )

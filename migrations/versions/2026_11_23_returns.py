"""Returns follow a sale's points through every merge and restoration; what was promised is handed over."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_returns"
down_revision = "2026_11_23_customers"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
CHANGED = ("void_target", "merge_state", "explain_card", "refuse_elsewhere")
IS_DERIVED = sa.text("from_lot_id IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_lots_from_lot", "lots", ["merchant_id", "from_lot_id"], unique=False, postgresql_where=IS_DERIVED
    )
    for name in CHANGED:
        _replace(f"2026_11_23_{name}")
    op.execute("DROP FUNCTION restorable_points(uuid, uuid)")
    _make("2026_11_23_restorable_lots", "restorable_lots")


def downgrade() -> None:
    op.execute("DROP FUNCTION restorable_lots(uuid, uuid)")
    _make("2026_11_22_restorable_points", "restorable_points")
    for name in CHANGED:
        _replace(f"2026_11_22_{name}")
    op.drop_index("ix_lots_from_lot", table_name="lots", postgresql_where=IS_DERIVED)


def _replace(file: str) -> None:
    """Who may call it, and what calls it, stays."""
    text = (SQL / f"{file}.sql").read_text()
    op.get_bind().exec_driver_sql(text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))


def _make(file: str, name: str) -> None:
    op.get_bind().exec_driver_sql((SQL / f"{file}.sql").read_text())
    op.execute(f"REVOKE ALL ON FUNCTION {name}(uuid, uuid) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {name}(uuid, uuid) TO orion_app")

"""Functions in which several of the changes before this one meet: replaced once, when all that they use is there."""

from pathlib import Path

from alembic import op

revision = "2026_11_29_functions"
down_revision = "2026_11_29_persons"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
CHANGED = ("card_state", "book", "history_line")
REMADE = {
    "2026_11_22": {
        "counted_bookings": "uuid, text, uuid, text, timestamptz",
        "reached_limit": "uuid, json, timestamptz",
    },
    "2026_11_29": {
        "counted_bookings": "uuid, text, uuid, text, timestamptz",
        "reached_limit": "uuid, json",
    },
}
"""What takes or gives something else, or under another name."""


def upgrade() -> None:
    _replace("2026_11_29")
    _remake("2026_11_22", "2026_11_29")


def downgrade() -> None:
    _remake("2026_11_29", "2026_11_22")
    _replace("2026_11_22")


def _replace(day: str) -> None:
    """Who may call it, and what calls it, stays."""
    for name in CHANGED:
        text = (SQL / f"{day}_{name}.sql").read_text()
        op.get_bind().exec_driver_sql(text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))


def _remake(before: str, day: str) -> None:
    for name, arguments in REMADE[day].items():
        op.execute(f"DROP FUNCTION {name}({REMADE[before][name]})")
        op.get_bind().exec_driver_sql((SQL / f"{day}_{name}.sql").read_text())
        op.execute(f"REVOKE ALL ON FUNCTION {name}({arguments}) FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name}({arguments}) TO orion_app")

"""Attempts at one PIN are verified one at a time; a PIN verified a moment ago is recognized."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_pin_turns"
down_revision = "2026_11_29_sign_ins"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
NEW = {
    "2026_11_29_begin_pin_attempt": "uuid, uuid, int, interval, interval, timestamptz",
    "2026_11_29_end_pin_attempt": "uuid, uuid, boolean, text, timestamptz",
    "2026_11_29_unguessed_pin": "uuid, uuid",
}
OLD = {
    "2026_11_21_count_pin_attempt": "uuid, uuid, int, interval, timestamptz",
    "2026_11_21_confirm_pin": "uuid, uuid, text, timestamptz",
}


def upgrade() -> None:
    op.add_column("staff_pins", sa.Column("verifying_until", sa.DateTime(timezone=True), nullable=True))
    _replace(OLD, NEW)


def downgrade() -> None:
    _replace(NEW, OLD)
    op.drop_column("staff_pins", "verifying_until")


def _replace(old: dict[str, str], new: dict[str, str]) -> None:
    for file, arguments in old.items():
        op.execute(f"DROP FUNCTION {_name(file)}({arguments})")
    for file, arguments in new.items():
        op.get_bind().exec_driver_sql((SQL / f"{file}.sql").read_text())
        op.execute(f"REVOKE ALL ON FUNCTION {_name(file)}({arguments}) FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {_name(file)}({arguments}) TO orion_app")


def _name(file: str) -> str:
    return file.removeprefix("2026_11_29_").removeprefix("2026_11_21_")

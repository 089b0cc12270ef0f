"""A push that ends after its lease makes its pass due again; a refusal of what a card was is none of what it is."""

from pathlib import Path

from alembic import op

revision = "2026_11_23_wallet_leases"
down_revision = "2026_11_23_platform_mails"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
END_LEASE = "end_wallet_lease(uuid, json)"


def upgrade() -> None:
    _replace("2026_11_23_end_wallet_lease.sql")


def downgrade() -> None:
    _replace("2026_11_22_end_wallet_lease.sql")


def _replace(file_name: str) -> None:
    op.execute(f"DROP FUNCTION {END_LEASE}")
    op.get_bind().exec_driver_sql((SQL / file_name).read_text())
    op.execute(f"REVOKE ALL ON FUNCTION {END_LEASE} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {END_LEASE} TO orion_app")

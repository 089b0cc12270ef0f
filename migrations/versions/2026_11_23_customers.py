"""A phone number is found by its last digits, an address however its accents are composed."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_customers"
down_revision = "2026_11_23_known_phones"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
FIND_CARDS = "find_cards(uuid, uuid, text, text, text, text[], timestamptz)"
TURN_PHONES = "UPDATE customers SET phone_norm = reverse(phone_norm) WHERE phone_norm IS NOT NULL"
# Of two customers who turn out to have one address, the other keeps its spelling: merging cards is for people.
COMPOSE_EMAILS = """
    UPDATE customers cu SET email_norm = normalize(cu.email_norm, NFC)
    WHERE cu.email_norm IS NOT NFC NORMALIZED AND NOT EXISTS (
      SELECT FROM customers o
      WHERE o.merchant_id = cu.merchant_id AND normalize(o.email_norm, NFC) = normalize(cu.email_norm, NFC)
        AND (o.email_norm IS NFC NORMALIZED OR o.id < cu.id))
"""


def upgrade() -> None:
    op.alter_column("customers", "phone_norm", type_=sa.String(length=9, collation="C"))
    _change_customers(TURN_PHONES, COMPOSE_EMAILS)
    _replace_function("2026_11_23")


def downgrade() -> None:
    _replace_function("2026_11_22")
    _change_customers(TURN_PHONES)
    op.alter_column("customers", "phone_norm", type_=sa.String(length=9))


def _change_customers(*statements: str) -> None:
    """Forced row-level security hides the rows from their owner too."""
    op.execute("ALTER TABLE customers NO FORCE ROW LEVEL SECURITY")
    for statement in statements:
        op.execute(statement)
    op.execute("ALTER TABLE customers FORCE ROW LEVEL SECURITY")


def _replace_function(date: str) -> None:
    op.execute(f"DROP FUNCTION {FIND_CARDS}")
    op.get_bind().exec_driver_sql((SQL / f"{date}_find_cards.sql").read_text())
    op.execute(f"REVOKE ALL ON FUNCTION {FIND_CARDS} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {FIND_CARDS} TO orion_app")

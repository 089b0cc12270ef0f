"""A phone number is kept whole, by its store's country; whoever was merged is found on the card that goes on."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from backend.loyalty.customers.rules import normalize_phone

revision = "2026_11_29_identity"
down_revision = "2026_11_29_undo"
branch_labels = None
depends_on = None

# The functions that read the country are made by others: actor_by_token by 2026_11_29_sign_ins, and till_setup by
# 2026_11_29_store_language.
SQL = Path(__file__).parent.parent / "sql"
CHANGED = {"find_cards": "2026_11_23"}
IS_MERGED = sa.text("merged_into_id IS NOT NULL")
COUNTRY = "LU"


def upgrade() -> None:
    op.add_column("stores", sa.Column("country", sa.String(length=2), nullable=False, server_default=COUNTRY))
    op.create_check_constraint("country", "stores", "country ~ '^[A-Z]{2}$'")
    op.create_index(
        "ix_cards_merged_customer", "cards", ["merchant_id", "customer_id"], unique=False, postgresql_where=IS_MERGED
    )
    op.alter_column("customers", "phone_norm", type_=sa.String(length=16, collation="C"))
    _change_customers(_keep_whole_numbers)
    for name in CHANGED:
        _replace(f"2026_11_29_{name}")


def downgrade() -> None:
    for name, date in CHANGED.items():
        _replace(f"{date}_{name}")
    _change_customers(_keep_ends_of_numbers)
    op.alter_column("customers", "phone_norm", type_=sa.String(length=9, collation="C"))
    op.drop_index("ix_cards_merged_customer", table_name="cards", postgresql_where=IS_MERGED)
    op.drop_constraint("ck_stores_country", "stores")
    op.drop_column("stores", "country")


def _change_customers(change) -> None:  # type: ignore[no-untyped-def]
    """Forced row-level security hides the rows from their owner too."""
    op.execute("ALTER TABLE customers NO FORCE ROW LEVEL SECURITY")
    change()
    op.execute("ALTER TABLE customers FORCE ROW LEVEL SECURITY")


def _keep_whole_numbers() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT merchant_id, id, phone FROM customers WHERE phone IS NOT NULL")).all()
    change = sa.text("UPDATE customers SET phone_norm = :norm WHERE merchant_id = :merchant AND id = :id")
    for merchant_id, customer_id, phone in rows:
        norm = normalize_phone(phone, COUNTRY)
        connection.execute(change, {"norm": norm, "merchant": merchant_id, "id": customer_id})


def _keep_ends_of_numbers() -> None:
    op.execute("UPDATE customers SET phone_norm = left(rtrim(phone_norm, '+'), 9) WHERE phone_norm IS NOT NULL")


def _replace(file: str) -> None:
    """Who may call it, and what calls it, stays."""
    text = (SQL / f"{file}.sql").read_text()
    op.get_bind().exec_driver_sql(text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))

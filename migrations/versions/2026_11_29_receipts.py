"""A receipt number is free again when its booking was taken back whole, and is compared folded; a return can be undone."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_receipts"
down_revision = "2026_11_29_card_links"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
IS_UNDONE = "is_undone(transactions)"
CHANGED = {
    "void_target": "2026_11_23",
    "restorable_lots": "2026_11_23",
}
"""With the day of what stood there before."""
KINDS = "'earned', 'redeemed', {}'adjusted', 'expired', 'restored', 'transferred', 'deactivated', 'reactivated'"
HAS_REFERENCE = sa.text("order_reference IS NOT NULL")
USED_ONCE = ["merchant_id", "store_id", "kind", "order_reference"]


def upgrade() -> None:
    _add_table()
    op.drop_index("uq_transactions_order_reference", table_name="transactions", postgresql_where=HAS_REFERENCE)
    _allow("'voided', 'reinstated', ")
    _make("2026_11_29_is_undone", IS_UNDONE)
    for name in CHANGED:
        _replace(f"2026_11_29_{name}")


def downgrade() -> None:
    """Refused by its check or its index while a return is undone, or a number was used again."""
    for name, day in CHANGED.items():
        _replace(f"{day}_{name}")
    op.execute(f"DROP FUNCTION {IS_UNDONE}")
    _allow("'voided', ")
    op.create_index(
        "uq_transactions_order_reference", "transactions", USED_ONCE, unique=True, postgresql_where=HAS_REFERENCE
    )
    op.drop_table("order_references")


def _add_table() -> None:
    op.create_table(
        "order_references",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=15), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "store_id"],
            ["stores.merchant_id", "stores.id"],
            name=op.f("fk_order_references_store_id_stores"),
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "transaction_id"],
            ["transactions.merchant_id", "transactions.id"],
            name=op.f("fk_order_references_transaction_id_transactions"),
        ),
        sa.PrimaryKeyConstraint("merchant_id", "transaction_id", name=op.f("pk_order_references")),
    )
    op.create_index("ix_order_references_folded", "order_references", ["merchant_id", "folded"], unique=False)
    op.create_index(
        "uq_order_references_live",
        "order_references",
        ["merchant_id", "store_id", "kind", "folded"],
        unique=True,
        postgresql_where=sa.text("is_live"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON order_references TO orion_app")
    op.execute("ALTER TABLE order_references ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_merchant ON order_references USING "
        "(merchant_id = (SELECT nullif(current_setting('app.merchant_id', true), '')::uuid))"
    )


def _allow(returns: str) -> None:
    """The kinds of returns."""
    of_nothing = f"'enrolled', 'earned', {returns}'expired', 'transferred', 'deactivated', 'reactivated'"
    for name, check in (
        ("kind", f"kind IN ('enrolled', 'welcome_bonus', {KINDS.format(returns)})"),
        ("amount", f"amount <> 0 OR kind IN ({of_nothing})"),
    ):
        op.drop_constraint(op.f(f"ck_transactions_{name}"), "transactions")
        op.create_check_constraint(op.f(f"ck_transactions_{name}"), "transactions", check)


def _replace(file: str) -> None:
    """Who may call it, and what calls it, stays."""
    text = (SQL / f"{file}.sql").read_text()
    op.get_bind().exec_driver_sql(text.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))


def _make(file: str, signature: str) -> None:
    op.get_bind().exec_driver_sql((SQL / f"{file}.sql").read_text())
    op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO orion_app")

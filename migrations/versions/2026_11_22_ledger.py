"""The complete ledger: partial returns, holds, limits, merges, replaced codes, a chain over every card's history."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_ledger"
down_revision = "2026_11_21_till"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
TENANT_TABLES = ("card_merges", "fraud_limits", "holds", "program_previews", "retired_codes")
NEW = {
    "chain_digest": "bytea, transactions",
    "card_in_use": "uuid, uuid",
    "void_target": "transactions, uuid",
    "card_state": "uuid, uuid, uuid, uuid, text, text, timestamptz",
    "card_at_home": "uuid, uuid, timestamptz",
    "find_cards": "uuid, uuid, text, text, text, text[], timestamptz",
    "history_line": "transactions",
    "counted_bookings": "uuid, text, uuid, text, timestamptz",
    "reached_limit": "uuid, json, timestamptz",
    "find_overrider": "uuid, uuid, text",
    "explain_card": "uuid, uuid, uuid, integer, integer, timestamptz",
    "book": "uuid, json",
    "book_together": "uuid, json[], json",
    "merchant_of_card": "uuid",
    "first_answer": "uuid, text",
    "merge_state": "uuid, uuid",
    "restorable_points": "uuid, uuid",
    "code_retired_on": "uuid, uuid, text",
    "refuse_change": "",
    "refuse_elsewhere": "",
    "refuse_retired_code": "",
}
OLD = {
    "card_state": "uuid, uuid, uuid, uuid, text, timestamptz",
    "card_at_home": "uuid, uuid, timestamptz",
    "find_cards": "uuid, uuid, text, text, text, text[], timestamptz",
    "history_line": "transactions",
    "book": "uuid, json",
}
CHANGED = "ROW EXECUTE FUNCTION refuse_change()"
EMPTIED = "STATEMENT EXECUTE FUNCTION refuse_change()"
TRIGGERS = (
    ("append_only", "transactions", "UPDATE OR DELETE", CHANGED),
    ("append_only_all", "transactions", "TRUNCATE", EMPTIED),
    ("append_only", "allocations", "UPDATE OR DELETE", CHANGED),
    ("append_only_all", "allocations", "TRUNCATE", EMPTIED),
    (
        "redeemed_at_allowed_store",
        "transactions",
        "INSERT",
        "ROW WHEN (NEW.kind = 'redeemed') EXECUTE FUNCTION refuse_elsewhere()",
    ),
    ("enrolled_with_new_code", "cards", "INSERT", "ROW EXECUTE FUNCTION refuse_retired_code()"),
    (
        "replaced_by_new_code",
        "cards",
        "UPDATE OF code",
        "ROW WHEN (NEW.code IS DISTINCT FROM OLD.code) EXECUTE FUNCTION refuse_retired_code()",
    ),
)
READ_BY_OWNER = ("cards", "transactions")
"""Tables whose rows a migration must see: forced row-level security hides them from their owner too."""


def upgrade() -> None:
    _add_tables()
    for table in TENANT_TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO orion_app")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_merchant ON {table} USING "
            "(merchant_id = (SELECT nullif(current_setting('app.merchant_id', true), '')::uuid))"
        )
    _drop_functions(OLD)
    _make_functions(NEW, "2026_11_22")
    _complete_rows()
    for name, on, event, each in TRIGGERS:
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {on} FOR EACH {each}")


def downgrade() -> None:
    """Refused by its index while a sale has been returned in parts."""
    for name, on, _, _ in TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON {on}")
    _drop_functions(NEW)
    for table in TENANT_TABLES:
        op.execute(f"DROP POLICY own_merchant ON {table}")
    _drop_tables()
    _make_functions(OLD, "2026_11_21")


def _make_functions(functions: dict[str, str], date: str) -> None:
    for name, arguments in functions.items():
        op.get_bind().exec_driver_sql((SQL / f"{date}_{name}.sql").read_text())
        op.execute(f"REVOKE ALL ON FUNCTION {name}({arguments}) FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name}({arguments}) TO orion_app")


def _drop_functions(functions: dict[str, str]) -> None:
    for name, arguments in reversed(functions.items()):
        op.execute(f"DROP FUNCTION {name}({arguments})")


def _complete_rows() -> None:
    """Lines written before now get what the complete ledger would have written beside them."""
    for table in READ_BY_OWNER:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.get_bind().exec_driver_sql((SQL / "2026_11_22_complete_rows.sql").read_text())
    for table in READ_BY_OWNER:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.alter_column("transactions", "digest", nullable=False)


def _add_tables() -> None:
    op.create_table(
        "fraud_limits",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=10), nullable=False),
        sa.Column("measure", sa.String(length=15), nullable=False),
        sa.Column("window_minutes", sa.Integer(), nullable=False),
        sa.Column("maximum", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "measure IN ('earns', 'points_earned', 'stamps', 'redemptions', 'points_redeemed')",
            name=op.f("ck_fraud_limits_measure"),
        ),
        sa.CheckConstraint("scope IN ('card', 'staff_pin', 'device', 'store')", name=op.f("ck_fraud_limits_scope")),
        sa.CheckConstraint("maximum >= 0", name=op.f("ck_fraud_limits_maximum")),
        sa.CheckConstraint("window_minutes BETWEEN 1 AND 44640", name=op.f("ck_fraud_limits_window_minutes")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_fraud_limits_merchant_id_merchants"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_fraud_limits"),
        sa.UniqueConstraint("merchant_id", "scope", "measure", "window_minutes", name="uq_fraud_limits_merchant_id"),
    )
    op.create_table(
        "program_previews",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("draft", postgresql.JSONB(), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("cards_done", sa.Integer(), nullable=False),
        sa.Column("cards_total", sa.Integer(), nullable=False),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_program_previews_state")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id"], ["programs.merchant_id", "programs.id"], name="fk_program_id_programs"
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_program_previews"),
    )
    op.create_table(
        "card_merges",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merged_card_id", sa.Uuid(), nullable=False),
        sa.Column("kept_card_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("on_behalf_user_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("debt_points", sa.BigInteger(), nullable=False),
        sa.Column("carry_numerator", sa.BigInteger(), nullable=False),
        sa.Column("carry_denominator", sa.BigInteger(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reversible_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("debt_points >= 0", name=op.f("ck_card_merges_debt_points")),
        sa.CheckConstraint("merged_card_id <> kept_card_id", name=op.f("ck_card_merges_two_cards")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "kept_card_id"], ["cards.merchant_id", "cards.id"], name="fk_kept_card_id_cards"
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "merged_card_id"], ["cards.merchant_id", "cards.id"], name="fk_merged_card_id_cards"
        ),
        sa.ForeignKeyConstraint(["merchant_id", "user_id"], ["users.merchant_id", "users.id"], name="fk_user_id_users"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_card_merges"),
    )
    op.create_index("ix_card_merges_kept", "card_merges", ["merchant_id", "kept_card_id"], unique=False)
    op.create_index("ix_card_merges_merged", "card_merges", ["merchant_id", "merged_card_id"], unique=False)
    op.create_table(
        "holds",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("reward_id", sa.Uuid(), nullable=True),
        sa.Column("unit", sa.String(length=6), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("quantity", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'reserved') = (settled_at IS NULL)", name=op.f("ck_holds_settled_at")),
        sa.CheckConstraint("state IN ('reserved', 'confirmed', 'released', 'timed_out')", name=op.f("ck_holds_state")),
        sa.CheckConstraint("unit IN ('points', 'stamps')", name=op.f("ck_holds_unit")),
        sa.CheckConstraint("amount > 0 AND quantity > 0", name=op.f("ck_holds_amount")),
        sa.ForeignKeyConstraint(["merchant_id", "card_id"], ["cards.merchant_id", "cards.id"], name="fk_card_id_cards"),
        sa.ForeignKeyConstraint(
            ["merchant_id", "reward_id"], ["rewards.merchant_id", "rewards.id"], name="fk_reward_id_rewards"
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "store_id"], ["stores.merchant_id", "stores.id"], name="fk_store_id_stores"
        ),
        sa.ForeignKeyConstraint(["merchant_id", "user_id"], ["users.merchant_id", "users.id"], name="fk_user_id_users"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_holds"),
    )
    op.create_index(
        "ix_holds_due",
        "holds",
        ["merchant_id", "expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'reserved'"),
    )
    op.create_index("ix_holds_card", "holds", ["merchant_id", "card_id", "reserved_at"], unique=False)
    op.create_table(
        "retired_codes",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("on_behalf_user_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id", "card_id"], ["cards.merchant_id", "cards.id"], name="fk_card_id_cards"),
        sa.ForeignKeyConstraint(["merchant_id", "user_id"], ["users.merchant_id", "users.id"], name="fk_user_id_users"),
        sa.PrimaryKeyConstraint("merchant_id", "code", name="pk_retired_codes"),
    )
    op.create_index("ix_retired_codes_card", "retired_codes", ["merchant_id", "card_id"], unique=False)
    op.add_column("cards", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    op.add_column("cards", sa.Column("last_digest", sa.LargeBinary(), nullable=True))
    op.add_column("cards", sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_cards_idle",
        "cards",
        ["merchant_id", "last_activity_at", "id"],
        unique=False,
        postgresql_where=sa.text("points_balance > 0"),
    )
    op.create_index(
        "ix_cards_merged_into",
        "cards",
        ["merchant_id", "merged_into_id"],
        unique=False,
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.create_foreign_key(
        "fk_merged_into_id_cards", "cards", "cards", ["merchant_id", "merged_into_id"], ["merchant_id", "id"]
    )
    op.add_column("lots", sa.Column("from_lot_id", sa.Uuid(), nullable=True))
    op.create_index(
        "ix_customer_words_customer", "customer_words", ["merchant_id", "customer_id", "word"], unique=False
    )
    op.create_index(
        "ix_lots_due",
        "lots",
        ["merchant_id", "expires_at", "card_id"],
        unique=False,
        postgresql_where=sa.text("remaining > 0"),
    )
    op.create_foreign_key("fk_from_lot_id_lots", "lots", "lots", ["merchant_id", "from_lot_id"], ["merchant_id", "id"])
    op.add_column("transactions", sa.Column("quantity", sa.SmallInteger(), nullable=True))
    op.add_column("transactions", sa.Column("reversed_points", sa.BigInteger(), nullable=True))
    op.add_column("transactions", sa.Column("hold_id", sa.Uuid(), nullable=True))
    op.add_column("transactions", sa.Column("override_user_id", sa.Uuid(), nullable=True))
    op.add_column("transactions", sa.Column("digest", sa.LargeBinary(), nullable=True))
    op.drop_index("uq_transactions_voids_id", table_name="transactions", postgresql_where="(voids_id IS NOT NULL)")
    op.create_index(
        "ix_transactions_reward",
        "transactions",
        ["merchant_id", "card_id", "reward_id"],
        unique=False,
        postgresql_where=sa.text("reward_id IS NOT NULL"),
    )
    op.create_index(
        "ix_transactions_user",
        "transactions",
        ["merchant_id", "user_id", "recorded_at"],
        unique=False,
        postgresql_where=sa.text("user_id IS NOT NULL"),
    )
    op.create_index(
        "ix_transactions_device",
        "transactions",
        ["merchant_id", "device_id", "recorded_at"],
        unique=False,
        postgresql_where=sa.text("device_id IS NOT NULL"),
    )
    op.create_index(
        "ix_transactions_voids_id",
        "transactions",
        ["merchant_id", "voids_id"],
        unique=False,
        postgresql_where=sa.text("voids_id IS NOT NULL"),
    )
    op.create_foreign_key(
        "fk_hold_id_holds", "transactions", "holds", ["merchant_id", "hold_id"], ["merchant_id", "id"]
    )
    op.create_foreign_key(
        "fk_override_user_id_users", "transactions", "users", ["merchant_id", "override_user_id"], ["merchant_id", "id"]
    )
    op.drop_constraint("ck_cards_carry", "cards")
    op.create_check_constraint(op.f("ck_cards_carry"), "cards", "carry_denominator > 0")
    op.create_check_constraint(
        op.f("ck_cards_merged_into"), "cards", "(state = 'merged') = (merged_into_id IS NOT NULL)"
    )
    op.create_check_constraint(op.f("ck_transactions_quantity"), "transactions", "quantity > 0")
    op.drop_constraint("ck_transactions_amount", "transactions")
    op.create_check_constraint(
        op.f("ck_transactions_amount"),
        "transactions",
        "amount <> 0 OR kind IN "
        "('enrolled', 'earned', 'voided', 'expired', 'transferred', 'deactivated', 'reactivated')",
    )
    op.create_check_constraint(
        op.f("ck_transactions_reversed"),
        "transactions",
        "reversed_points IS NULL OR (reversed_points >= 0 AND voids_id IS NOT NULL)",
    )


def _drop_tables() -> None:
    op.drop_constraint("ck_transactions_reversed", "transactions")
    op.drop_constraint("ck_transactions_quantity", "transactions")
    op.drop_constraint("ck_transactions_amount", "transactions")
    op.create_check_constraint(
        op.f("ck_transactions_amount"),
        "transactions",
        "amount <> 0 OR kind IN ('enrolled', 'earned', 'voided', 'expired', 'deactivated', 'reactivated')",
    )
    op.drop_constraint("ck_cards_merged_into", "cards")
    op.drop_constraint("ck_cards_carry", "cards")
    op.create_check_constraint(
        op.f("ck_cards_carry"), "cards", "carry_numerator >= 0 AND carry_numerator < carry_denominator"
    )
    op.drop_constraint("fk_override_user_id_users", "transactions", type_="foreignkey")
    op.drop_constraint("fk_hold_id_holds", "transactions", type_="foreignkey")
    op.drop_index(
        "ix_transactions_voids_id", table_name="transactions", postgresql_where=sa.text("voids_id IS NOT NULL")
    )
    op.create_index(
        "uq_transactions_voids_id",
        "transactions",
        ["merchant_id", "voids_id"],
        unique=True,
        postgresql_where="(voids_id IS NOT NULL)",
    )
    op.drop_index("ix_transactions_device", table_name="transactions")
    op.drop_index("ix_transactions_user", table_name="transactions")
    op.drop_index("ix_transactions_reward", table_name="transactions")
    op.drop_column("transactions", "digest")
    op.drop_column("transactions", "override_user_id")
    op.drop_column("transactions", "hold_id")
    op.drop_column("transactions", "reversed_points")
    op.drop_column("transactions", "quantity")
    op.drop_constraint("fk_from_lot_id_lots", "lots", type_="foreignkey")
    op.drop_index("ix_customer_words_customer", table_name="customer_words")
    op.drop_index("ix_lots_due", table_name="lots", postgresql_where=sa.text("remaining > 0"))
    op.drop_column("lots", "from_lot_id")
    op.drop_constraint("fk_merged_into_id_cards", "cards", type_="foreignkey")
    op.drop_index("ix_cards_merged_into", table_name="cards", postgresql_where=sa.text("merged_into_id IS NOT NULL"))
    op.drop_index("ix_cards_idle", table_name="cards", postgresql_where=sa.text("points_balance > 0"))
    op.drop_column("cards", "frozen_at")
    op.drop_column("cards", "last_digest")
    op.drop_column("cards", "merged_into_id")
    op.drop_index("ix_retired_codes_card", table_name="retired_codes")
    op.drop_table("retired_codes")
    op.drop_index("ix_holds_card", table_name="holds")
    op.drop_index("ix_holds_due", table_name="holds", postgresql_where=sa.text("state = 'reserved'"))
    op.drop_table("holds")
    op.drop_index("ix_card_merges_merged", table_name="card_merges")
    op.drop_index("ix_card_merges_kept", table_name="card_merges")
    op.drop_table("card_merges")
    op.drop_table("program_previews")
    op.drop_table("fraud_limits")

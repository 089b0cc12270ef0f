"""What tablets do offline: grants and their rules, allowances, and the operations that they hand in."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from backend.core import sql_functions

revision = "2026_11_30_offline"
down_revision = "2026_11_30_devices"

OF_THE_MERCHANT = "merchant_id = (SELECT nullif(current_setting('app.merchant_id', true), '')::uuid)"
KNOWN_OPS = "operations <@ ARRAY['points', 'stamp', 'enroll', 'void', 'redeem']::text[]"
LIMITED = "max_operations BETWEEN 1 AND 200 AND max_points BETWEEN 0 AND 100000"
ALLOWED = "max_allowance_points BETWEEN 0 AND 100000 AND max_allowance_stamps BETWEEN 0 AND 500"
OF_ALLOWANCES = {
    "used_amount": "used_amount BETWEEN 0 AND amount AND (used_amount = 0 OR is_allowance)",
    "is_allowance": "NOT is_allowance OR (device_id IS NOT NULL AND reward_id IS NULL)",
}
STATES = "('received', 'applied', 'refused', 'review', 'booked', 'dismissed')"
TIME, TEXTS = sa.TIMESTAMP(timezone=True), postgresql.ARRAY(sa.Text)


def upgrade() -> None:
    _add_rules()
    _add_grants()
    _add_operations()
    _add_allowances()
    op.execute("GRANT SELECT, INSERT, DELETE ON offline_rules TO orion_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON offline_grants, device_operations TO orion_app")
    for table in ("offline_rules", "offline_grants", "device_operations"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_merchant ON {table} USING ({OF_THE_MERCHANT})")


def downgrade() -> None:
    sql_functions.replace("2026_11_30_audit", "book")
    sql_functions.replace("2026_11_29_baseline", "refuse_elsewhere")
    for name in OF_ALLOWANCES:
        op.drop_constraint(name, "holds", type_="check")
    op.drop_column("holds", "used_amount")
    op.drop_column("holds", "is_allowance")
    op.execute("DROP TABLE device_operations, offline_grants, offline_rules")


def _add_rules() -> None:
    op.create_table(
        "offline_rules",
        sa.Column("merchant_id", sa.Uuid, sa.ForeignKey("merchants.id", name="fk_offline_rules_merchant_id_merchants")),
        sa.Column("id", sa.Uuid),
        sa.Column("device_id", sa.Uuid),
        sa.Column("operations", TEXTS, nullable=False),
        sa.Column("grant_hours", sa.SmallInteger, nullable=False),
        sa.Column("max_operations", sa.SmallInteger, nullable=False),
        sa.Column("max_points", sa.Integer, nullable=False),
        sa.Column("window_hours", sa.SmallInteger, nullable=False),
        sa.Column("max_allowance_points", sa.Integer, nullable=False),
        sa.Column("max_allowance_stamps", sa.SmallInteger, nullable=False),
        sa.Column("allowance_hours", sa.SmallInteger, nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_offline_rules"),
        _of("devices", "device_id"),
        sa.UniqueConstraint(
            "merchant_id", "device_id", name="uq_offline_rules_merchant_id", postgresql_nulls_not_distinct=True
        ),
        sa.CheckConstraint(KNOWN_OPS, name="operations"),
        sa.CheckConstraint(LIMITED, name="limits"),
        sa.CheckConstraint("grant_hours BETWEEN 1 AND 12", name="grant_hours"),
        sa.CheckConstraint("window_hours BETWEEN 1 AND 72", name="window_hours"),
        sa.CheckConstraint(ALLOWED, name="allowances"),
        sa.CheckConstraint("allowance_hours BETWEEN 1 AND 12", name="allowance_hours"),
    )


def _add_grants() -> None:
    op.create_table(
        "offline_grants",
        sa.Column("merchant_id", sa.Uuid),
        sa.Column("id", sa.Uuid),
        sa.Column("device_id", sa.Uuid, nullable=False),
        sa.Column("store_id", sa.Uuid, nullable=False),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("staff_pin_id", sa.Uuid),
        sa.Column("sealed_secret", sa.Text),
        sa.Column("operations", TEXTS, nullable=False),
        sa.Column("max_operations", sa.SmallInteger, nullable=False),
        sa.Column("max_points", sa.Integer, nullable=False),
        sa.Column("used_operations", sa.SmallInteger, nullable=False),
        sa.Column("used_points", sa.Integer, nullable=False),
        sa.Column("wrong_count", sa.SmallInteger, nullable=False),
        sa.Column("issued_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_offline_grants"),
        _of("devices", "device_id"),
        _of_member("user_id"),
        sa.CheckConstraint(KNOWN_OPS, name="operations"),
        sa.CheckConstraint(LIMITED, name="limits"),
        sa.CheckConstraint("wrong_count BETWEEN 0 AND 5", name="wrong_count"),
        sa.CheckConstraint(
            "used_operations BETWEEN 0 AND max_operations AND used_points BETWEEN 0 AND max_points", name="used"
        ),
        sa.CheckConstraint(
            "expires_at > issued_at AND expires_at <= issued_at + interval '12 hours'", name="expires_at"
        ),
    )
    op.create_index("ix_offline_grants_device", "offline_grants", ["merchant_id", "device_id", "expires_at"])


def _add_operations() -> None:
    op.create_table(
        "device_operations",
        sa.Column("merchant_id", sa.Uuid),
        sa.Column("id", sa.Uuid),
        sa.Column("device_id", sa.Uuid, nullable=False),
        sa.Column("store_id", sa.Uuid, nullable=False),
        sa.Column("operation_id", sa.String(128), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("batch_id", sa.Uuid, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("op", sa.String(20)),
        sa.Column("grant_id", sa.Uuid),
        sa.Column("user_id", sa.Uuid),
        sa.Column("local_ref", sa.String(64)),
        sa.Column("content", postgresql.JSONB),
        sa.Column("occurred_at", TIME),
        sa.Column("used_at", TIME),
        sa.Column("clock_offset_ms", sa.BigInteger, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(20)),
        sa.Column("status", sa.SmallInteger),
        sa.Column("problem", postgresql.JSONB),
        sa.Column("card_id", sa.Uuid),
        sa.Column("transaction_id", sa.Uuid),
        sa.Column("was_online", sa.Boolean, nullable=False),
        *_decision(),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_device_operations"),
        sa.UniqueConstraint("merchant_id", "device_id", "operation_id", name="uq_device_operations_merchant_id"),
        _of("devices", "device_id"),
        _of("stores", "store_id"),
        _of("offline_grants", "grant_id"),
        _of_member("user_id"),
        sa.CheckConstraint(f"state IN {STATES}", name="state"),
        sa.CheckConstraint("state <> 'review' OR reason IS NOT NULL", name="reason"),
        sa.CheckConstraint("(state IN ('booked', 'dismissed')) = (decided_at IS NOT NULL)", name="decided_at"),
    )
    _index_operations()


def _add_allowances() -> None:
    """Bookings of the release before go on meanwhile: both columns have a default."""
    column = sa.Column("is_allowance", sa.Boolean, nullable=False, server_default=sa.text("false"))
    op.add_column("holds", column)
    op.add_column("holds", sa.Column("used_amount", sa.BigInteger, nullable=False, server_default=sa.text("0")))
    for name, condition in OF_ALLOWANCES.items():
        op.create_check_constraint(name, "holds", condition)
    sql_functions.replace(revision, "book", "refuse_elsewhere")


def _decision() -> list[sa.Column[Any]]:
    return [
        sa.Column("decided_at", TIME),
        sa.Column("decided_by", sa.Uuid),
        sa.Column("decision_reason", sa.Text),
    ]


def _index_operations() -> None:
    table = "device_operations"
    op.create_index("ix_device_operations_received_at", table, ["merchant_id", "received_at"])
    op.create_index("ix_device_operations_local_ref", table, ["merchant_id", "device_id", "local_ref"])
    waiting = sa.text("state IN ('received', 'review')")
    columns = ["merchant_id", "received_at", "id"]
    op.create_index("ix_device_operations_waiting", table, columns, postgresql_where=waiting)


def _of(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["merchant_id", column], [f"{table}.merchant_id", f"{table}.id"], name=f"fk_{column}_{table}"
    )


def _of_member(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["merchant_id", column],
        ["merchant_members.merchant_id", "merchant_members.user_id"],
        name=f"fk_{column}_merchant_members",
    )

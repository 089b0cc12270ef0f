"""Audit entries in hash chains: one of each merchant, one of the platform."""

import sqlalchemy as sa
from alembic import op

from backend.core import sql_functions

revision = "2026_11_30_audit"
down_revision = "2026_11_30_member_keys"

OF_THE_MERCHANT = "merchant_id = (SELECT nullif(current_setting('app.merchant_id', true), '')::uuid)"
BEFORE = "2026_11_29_baseline"
NEW = ("audit_digest", "chain_audit_entry", "chain_platform_audit_entry")
CHANGED = ("book", "book_together")
TIME = sa.TIMESTAMP(timezone=True)
TABLES = {
    "audit_entries": ("audit_heads", "merchant_id", ["merchant_id"]),
    "platform_audit_entries": ("platform_audit_heads", "1", []),
}
"""The head of each table's chains, its key, and what the indexes of the entries begin with."""


def upgrade() -> None:
    op.execute("SET LOCAL check_function_bodies = off")
    sql_functions.create(revision, *NEW)
    _add_heads()
    for table, (head, key, own) in TABLES.items():
        _add_columns(table)
        _chain_what_there_is(table, head, key)
        for name in ("seq", "digest"):
            op.alter_column(table, name, nullable=False)
        op.create_unique_constraint(f"uq_{table}_{(own or ['seq'])[0]}", table, [*own, "seq"])
        _index(table, own)
        function = "chain_audit_entry" if own else "chain_platform_audit_entry"
        op.execute(f"CREATE TRIGGER chained BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()")
    op.alter_column("audit_entries", "user_id", nullable=True)
    sql_functions.replace(revision, *CHANGED)


def downgrade() -> None:
    sql_functions.replace(BEFORE, *CHANGED)
    for table, (_, _, own) in TABLES.items():
        subject = "subject_id" if own else "subject"
        op.execute(f"DROP TRIGGER chained ON {table}")
        for name in ("subject", "user", "action"):
            op.drop_index(f"ix_{table}_{name}", table)
        op.create_index(f"ix_{table}_subject", table, [*own, subject, "id"])
        for name in ("seq", "previous_digest", "digest", "sign_in_id"):
            op.drop_column(table, name)
    op.drop_column("audit_entries", "reason")
    op.drop_column("platform_audit_entries", "device_id")
    op.execute("ALTER TABLE audit_entries DISABLE TRIGGER append_only, NO FORCE ROW LEVEL SECURITY")
    # Somebody at the command line had no user.
    op.execute("UPDATE audit_entries SET user_id = '00000000-0000-0000-0000-000000000000' WHERE user_id IS NULL")
    op.execute("ALTER TABLE audit_entries ENABLE TRIGGER append_only, FORCE ROW LEVEL SECURITY")
    op.alter_column("audit_entries", "user_id", nullable=False)
    op.execute("DROP TABLE audit_heads, platform_audit_heads")
    sql_functions.drop(*reversed(NEW))


def _add_heads() -> None:
    merchant = sa.ForeignKey("merchants.id", name="fk_audit_heads_merchant_id_merchants")
    keys = {
        "audit_heads": sa.Column("merchant_id", sa.Uuid, merchant),
        "platform_audit_heads": sa.Column("id", sa.SmallInteger, autoincrement=False),
    }
    for table, key in keys.items():
        op.create_table(
            table,
            key,
            sa.Column("seq", sa.BigInteger, nullable=False),
            sa.Column("digest", sa.LargeBinary),
            sa.Column("checked_at", TIME),
            sa.Column("checked_seq", sa.BigInteger),
            sa.Column("checked_digest", sa.LargeBinary),
            sa.Column("fault", sa.String(20)),
            sa.Column("faulty_seq", sa.BigInteger),
            sa.PrimaryKeyConstraint(key.name, name=f"pk_{table}"),
        )
        op.execute(f"GRANT SELECT ON {table} TO orion_app")
        # The head itself is written by the triggers of the entries only.
        op.execute(f"GRANT UPDATE (checked_at, checked_seq, checked_digest, fault, faulty_seq) ON {table} TO orion_app")
    op.create_check_constraint("id", "platform_audit_heads", "id = 1")
    op.execute("ALTER TABLE audit_heads ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_merchant ON audit_heads USING ({OF_THE_MERCHANT})")


def _add_columns(table: str) -> None:
    missing = sa.Column("reason", sa.Text) if table == "audit_entries" else sa.Column("device_id", sa.Uuid)
    for column in (
        sa.Column("seq", sa.BigInteger),
        sa.Column("previous_digest", sa.LargeBinary),
        sa.Column("digest", sa.LargeBinary),
        sa.Column("sign_in_id", sa.Uuid),
        missing,
    ):
        op.add_column(table, column)


def _chain_what_there_is(table: str, head: str, key: str) -> None:
    """In the order in which it was recorded. The owner sees the rows of all merchants only without FORCE."""
    guarded = [name for name in (table, head) if not name.startswith("platform_")]
    for name in guarded:
        op.execute(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
    column = "id" if key == "1" else key
    # Not through SQLAlchemy, which takes the colons for parameters.
    op.get_bind().exec_driver_sql(
        f"""
        DO $$
        DECLARE
          e {table};
        BEGIN
          FOR e IN SELECT * FROM {table} ORDER BY recorded_at, id LOOP
            INSERT INTO {head} AS h ({column}, seq) VALUES ({key if key == "1" else f"e.{key}"}, 1)
            ON CONFLICT ({column}) DO UPDATE SET seq = h.seq + 1
            RETURNING h.seq, h.digest INTO e.seq, e.previous_digest;
            e.digest := audit_digest(to_jsonb(e), e.recorded_at, e.previous_digest);
            UPDATE {head} h SET digest = e.digest WHERE h.{column} = {key if key == "1" else f"e.{key}"};
            UPDATE {table} t SET seq = e.seq, previous_digest = e.previous_digest, digest = e.digest
            WHERE t.id = e.id;
          END LOOP;
        END $$
        """
    )
    op.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")
    for name in guarded:
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")


def _index(table: str, own: list[str]) -> None:
    """A list with any one filter is read in its order, however many entries there are."""
    op.drop_index(f"ix_{table}_subject", table)
    subject = "subject_id" if own else "subject"
    for name, column in (("subject", subject), ("user", "user_id"), ("action", "action")):
        op.create_index(f"ix_{table}_{name}", table, [*own, column, "recorded_at", "id"])

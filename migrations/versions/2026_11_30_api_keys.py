"""API keys of servers, bookings by them, and merchants for trying out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from backend.core import sql_functions

revision = "2026_11_30_api_keys"
down_revision = "2026_11_30_on_behalf"

NEW, OF_HISTORY = ("api_key_by_secret",), ("chain_digest", "history_line")
OF_SESSIONS = ("actor_by_token", "actor_on_behalf")
OF_THE_MERCHANT = "merchant_id = (SELECT nullif(current_setting('app.merchant_id', true), '')::uuid)"
TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("merchants", sa.Column("is_test", sa.Boolean, nullable=False, server_default=sa.false()))
    _add_keys()
    op.add_column("transactions", sa.Column("api_key_id", sa.Uuid))
    op.execute(
        "ALTER TABLE transactions ADD CONSTRAINT fk_api_key_id_api_keys FOREIGN KEY (merchant_id, api_key_id) "
        "REFERENCES api_keys (merchant_id, id) NOT VALID"
    )
    op.execute("ALTER TABLE transactions VALIDATE CONSTRAINT fk_api_key_id_api_keys")
    sql_functions.create(revision, *NEW)
    sql_functions.replace(revision, *OF_HISTORY, *OF_SESSIONS)


def downgrade() -> None:
    sql_functions.replace("2026_11_30_on_behalf", *OF_SESSIONS)
    sql_functions.replace("2026_11_29_baseline", *OF_HISTORY)
    sql_functions.drop(*NEW)
    op.drop_constraint("fk_api_key_id_api_keys", "transactions")
    op.drop_column("transactions", "api_key_id")
    op.execute("DROP TABLE api_keys")
    op.drop_column("merchants", "is_test")


def _add_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("merchant_id", sa.Uuid),
        sa.Column("id", sa.Uuid),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("mode", sa.String(4), nullable=False),
        sa.Column("prefix", sa.String(20), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary, nullable=False),
        sa.Column("secret_used_at", TIME),
        sa.Column("previous_hash", sa.LargeBinary),
        sa.Column("previous_until", TIME),
        sa.Column("store_ids", ARRAY(sa.Uuid)),
        sa.Column("permissions", ARRAY(sa.Text), nullable=False),
        sa.Column("created_by", sa.Uuid, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME),
        sa.Column("last_used_at", TIME),
        sa.Column("revoked_at", TIME),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_api_keys"),
        sa.UniqueConstraint("merchant_id", "secret_hash", name="uq_api_keys_merchant_id_secret_hash"),
        sa.UniqueConstraint("merchant_id", "previous_hash", name="uq_api_keys_merchant_id_previous_hash"),
        sa.ForeignKeyConstraint(
            ["merchant_id", "created_by"],
            ["merchant_members.merchant_id", "merchant_members.user_id"],
            name="fk_created_by_merchant_members",
        ),
        sa.CheckConstraint("mode IN ('live', 'test')", name="mode"),
        sa.CheckConstraint("(previous_hash IS NULL) = (previous_until IS NULL)", name="previous"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON api_keys TO orion_app")
    op.execute("ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_merchant ON api_keys USING ({OF_THE_MERCHANT})")

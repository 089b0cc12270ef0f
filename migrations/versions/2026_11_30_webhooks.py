"""Endpoints for events, and their deliveries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from backend.core import sql_functions

revision = "2026_11_30_webhooks"
down_revision = "2026_11_30_transactions"

OF_THE_MERCHANT = "merchant_id = (SELECT nullif(current_setting('app.merchant_id', true), '')::uuid)"
FUNCTIONS = ("due_webhook_endpoints", "tell_erased_customer", "webhook_backlog")
IS_WAITING = sa.text("state = 'waiting'")
TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    _create_endpoints()
    _create_deliveries()
    for table in ("webhook_endpoints", "webhook_deliveries"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO orion_app")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_merchant ON {table} USING ({OF_THE_MERCHANT})")
    sql_functions.create(revision, *FUNCTIONS)
    op.execute(
        "CREATE TRIGGER erased_and_told AFTER DELETE ON customers FOR EACH ROW EXECUTE FUNCTION tell_erased_customer()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER erased_and_told ON customers")
    sql_functions.drop(*FUNCTIONS)
    op.execute("DROP TABLE webhook_deliveries, webhook_endpoints")


def _create_endpoints() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column(
            "merchant_id", sa.Uuid, sa.ForeignKey("merchants.id", name="fk_webhook_endpoints_merchant_id_merchants")
        ),
        sa.Column("id", sa.Uuid),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("event_types", ARRAY(sa.Text), nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("sealed_secret", sa.Text, nullable=False),
        sa.Column("sealed_former_secret", sa.Text),
        sa.Column("former_secret_ends_at", TIME),
        sa.Column("disabled_because", sa.String(10)),
        sa.Column("disabled_at", TIME),
        sa.Column("failing_since", TIME),
        sa.Column("failure_count", sa.Integer, server_default="0", nullable=False),
        sa.Column("paused_until", TIME),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_webhook_endpoints"),
        sa.CheckConstraint("disabled_because IN ('gone', 'failing')", name="disabled_because"),
        sa.CheckConstraint("NOT (is_active AND disabled_because IS NOT NULL)", name="active"),
    )


def _create_deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("merchant_id", sa.Uuid),
        sa.Column("id", sa.Uuid),
        sa.Column("endpoint_id", sa.Uuid, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.Uuid),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.SmallInteger, nullable=False),
        sa.Column("first_attempt_at", TIME),
        sa.Column("available_at", TIME, nullable=False),
        sa.Column("history", JSONB, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("delivered_at", TIME),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_webhook_deliveries"),
        sa.UniqueConstraint("merchant_id", "endpoint_id", "event_id", name="uq_webhook_deliveries_merchant_id"),
        sa.ForeignKeyConstraint(
            ["merchant_id", "endpoint_id"],
            ["webhook_endpoints.merchant_id", "webhook_endpoints.id"],
            name="fk_endpoint_id_webhook_endpoints",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'failed')", name="state"),
    )
    key = ["merchant_id", "endpoint_id"]
    op.create_index(
        "ix_webhook_deliveries_due", "webhook_deliveries", [*key, "available_at"], postgresql_where=IS_WAITING
    )
    op.create_index(
        "ix_webhook_deliveries_order",
        "webhook_deliveries",
        [*key, "subject_id", "event_id"],
        postgresql_where=IS_WAITING,
    )
    op.create_index("ix_webhook_deliveries_list", "webhook_deliveries", [*key, "created_at", "id"])
    op.create_index("ix_webhook_deliveries_created_at", "webhook_deliveries", ["merchant_id", "created_at"])

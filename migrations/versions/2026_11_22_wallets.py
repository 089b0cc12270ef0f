"""The wallets: links to passes, Apple's phones, Google's classes, the pictures on passes; and runs of tasks."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_22_wallets"
down_revision = "2026_11_22_ledger"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"
FUNCTIONS = {
    "take_wallet_lease": "uuid, uuid, text, uuid, timestamptz, timestamptz",
    "end_wallet_lease": "uuid, json",
}
TENANT_TABLES = ("wallet_links", "wallet_notifications")
PLATFORM_TABLES = (
    "apple_devices",
    "apple_passes",
    "apple_registrations",
    "google_callbacks",
    "google_programs",
    "pass_images",
    "task_runs",
)


def upgrade() -> None:
    op.execute("CREATE SEQUENCE apple_update_tags")
    op.create_table(
        "apple_devices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("library_id", sa.Text(), nullable=False),
        sa.Column("push_token", sa.Text(), nullable=False),
        sa.Column("token_updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_push_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_apple_devices"),
        sa.UniqueConstraint("library_id", name="uq_apple_devices_library_id"),
    )
    op.create_index("ix_apple_devices_push_token", "apple_devices", ["push_token"], unique=False)
    op.create_table(
        "google_callbacks",
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("event", sa.String(length=100), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("nonce", name="pk_google_callbacks"),
    )
    op.create_index("ix_google_callbacks_expires_at", "google_callbacks", ["expires_at"], unique=False)
    op.create_table(
        "pass_images",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(hash) = 64", name=op.f("ck_pass_images_hash")),
        sa.PrimaryKeyConstraint("hash", name="pk_pass_images"),
    )
    op.create_table(
        "google_programs",
        sa.Column("class_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("payload_hash", sa.LargeBinary(), nullable=False),
        sa.Column("review_status", sa.String(length=12), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "review_status IN ('under_review', 'approved', 'rejected')", name=op.f("ck_google_programs_review_status")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id"],
            ["programs.merchant_id", "programs.id"],
            name="fk_google_programs_program",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("class_id", name="pk_google_programs"),
        sa.UniqueConstraint("merchant_id", "program_id", name="uq_google_programs_merchant_id"),
    )
    op.create_table(
        "task_runs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=True),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("arguments", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("counts", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("failures", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merchant_id"], ["merchants.id"], name="fk_task_runs_merchant_id_merchants", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["users.id"], name="fk_task_runs_requested_by_users", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_task_runs"),
    )
    op.create_index("ix_task_runs_created_at", "task_runs", ["created_at"], unique=False)
    op.create_index("ix_task_runs_name", "task_runs", ["name", "created_at"], unique=False)
    op.create_table(
        "apple_passes",
        sa.Column("serial", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("auth_token", sa.Text(), nullable=False),
        sa.Column("update_tag", sa.BigInteger(), nullable=False),
        sa.Column("last_modified", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "card_id"],
            ["cards.merchant_id", "cards.id"],
            name="fk_apple_passes_card",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("serial", name="pk_apple_passes"),
        sa.UniqueConstraint("merchant_id", "card_id", name="uq_apple_passes_merchant_id"),
    )
    op.create_table(
        "wallet_links",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=6), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=7), nullable=False),
        sa.Column("synced_version", sa.BigInteger(), nullable=False),
        sa.Column("payload_hash", sa.LargeBinary(), nullable=True),
        sa.Column("notify", sa.String(length=20), nullable=True),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error_code", sa.String(length=100), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("saved_by_user", sa.Boolean(), nullable=True),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("notify IN ('reward_ready', 'points_expiring')", name=op.f("ck_wallet_links_notify")),
        sa.CheckConstraint("provider IN ('google', 'apple')", name=op.f("ck_wallet_links_provider")),
        sa.CheckConstraint("status IN ('active', 'failed', 'removed')", name=op.f("ck_wallet_links_status")),
        sa.CheckConstraint("(lease_token IS NULL) = (lease_until IS NULL)", name=op.f("ck_wallet_links_lease")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "card_id"], ["cards.merchant_id", "cards.id"], name="fk_card_id_cards", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("merchant_id", "card_id", "provider", name="pk_wallet_links"),
        sa.UniqueConstraint("merchant_id", "provider", "external_id", name="uq_wallet_links_merchant_id"),
    )
    op.create_table(
        "wallet_notifications",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=6), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("provider IN ('google', 'apple')", name=op.f("ck_wallet_notifications_provider")),
        sa.CheckConstraint(
            "reason IN ('reward_ready', 'points_expiring')", name=op.f("ck_wallet_notifications_reason")
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "card_id"], ["cards.merchant_id", "cards.id"], name="fk_card_id_cards", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_wallet_notifications"),
    )
    op.create_index(
        "ix_wallet_notifications_card",
        "wallet_notifications",
        ["merchant_id", "card_id", "provider", "sent_at"],
        unique=False,
    )
    op.create_table(
        "apple_registrations",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["apple_devices.id"],
            name="fk_apple_registrations_device_id_apple_devices",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["serial"], ["apple_passes.serial"], name="fk_apple_registrations_serial_apple_passes", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("device_id", "serial", name="pk_apple_registrations"),
    )
    op.create_index("ix_apple_registrations_serial", "apple_registrations", ["serial"], unique=False)
    op.execute("GRANT USAGE ON SEQUENCE apple_update_tags TO orion_app")
    for table in PLATFORM_TABLES + TENANT_TABLES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO orion_app")
    for table in TENANT_TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_merchant ON {table} USING "
            "(merchant_id = (SELECT nullif(current_setting('app.merchant_id', true), '')::uuid))"
        )
    for name, arguments in FUNCTIONS.items():
        op.get_bind().exec_driver_sql((SQL / f"2026_11_22_{name}.sql").read_text())
        op.execute(f"REVOKE ALL ON FUNCTION {name}({arguments}) FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name}({arguments}) TO orion_app")


def downgrade() -> None:
    for name, arguments in FUNCTIONS.items():
        op.execute(f"DROP FUNCTION {name}({arguments})")
    op.drop_index("ix_apple_registrations_serial", table_name="apple_registrations")
    op.drop_table("apple_registrations")
    op.drop_index("ix_wallet_notifications_card", table_name="wallet_notifications")
    op.drop_table("wallet_notifications")
    op.drop_table("wallet_links")
    op.drop_table("apple_passes")
    op.drop_index("ix_task_runs_name", table_name="task_runs")
    op.drop_index("ix_task_runs_created_at", table_name="task_runs")
    op.drop_table("task_runs")
    op.drop_table("google_programs")
    op.drop_table("pass_images")
    op.drop_index("ix_google_callbacks_expires_at", table_name="google_callbacks")
    op.drop_table("google_callbacks")
    op.drop_index("ix_apple_devices_push_token", table_name="apple_devices")
    op.drop_table("apple_devices")
    op.execute("DROP SEQUENCE apple_update_tags")

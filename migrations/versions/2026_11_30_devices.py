"""Tablets: devices, their pairing codes, tokens and nonces, and wrong PINs typed on them offline."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from backend.core import sql_functions

revision = "2026_11_30_devices"
down_revision = "2026_11_30_webhooks"

NEW = ("device_by_token", "note_device_request", "note_locked_person", "store_person")
SETTLED = "(SELECT nullif(current_setting('app.merchant_id', true), ''))"
TIME = sa.TIMESTAMP(timezone=True)
BEFORE_THE_MERCHANT = ("pairing_codes", "device_tokens")
"""Looked up before the merchant is known."""
RIGHTS = {
    "devices": "SELECT, INSERT, UPDATE",
    "pairing_codes": "SELECT, INSERT, UPDATE, DELETE",
    "device_tokens": "SELECT, INSERT, UPDATE, DELETE",
    "device_nonces": "SELECT, INSERT, DELETE",
    "failed_pin_reports": "SELECT, INSERT, DELETE",
    "device_snapshots": "SELECT, INSERT, UPDATE, DELETE",
}


def upgrade() -> None:
    _add_devices()
    _add_pairing_codes()
    _add_tokens()
    _add_requests()
    _add_snapshots()
    for table, rights in RIGHTS.items():
        op.execute(f"GRANT {rights} ON {table} TO orion_app")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        free = f"{SETTLED} IS NULL OR " if table in BEFORE_THE_MERCHANT else ""
        op.execute(f"CREATE POLICY own_merchant ON {table} USING ({free}merchant_id = {SETTLED}::uuid)")
    sql_functions.create(revision, *NEW)


def downgrade() -> None:
    sql_functions.drop(*NEW)
    for table in reversed(RIGHTS):
        op.execute(f"DROP TABLE {table}")


def _add_devices() -> None:
    op.create_table(
        "devices",
        sa.Column("merchant_id", sa.Uuid),
        sa.Column("id", sa.Uuid),
        sa.Column("store_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("profile", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        *_told(),
        sa.Column("locked_people", ARRAY(sa.Uuid), nullable=False),
        sa.Column("must_resync", sa.Boolean, nullable=False),
        sa.Column("wipe_id", sa.Uuid),
        sa.Column("wipe_requested_at", TIME),
        sa.Column("message_id", sa.Uuid),
        sa.Column("message", sa.String(200)),
        sa.Column("message_sent_at", TIME),
        sa.Column("message_read_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("paired_at", TIME),
        sa.Column("last_seen_at", TIME),
        sa.Column("heartbeat_at", TIME),
        sa.Column("suspended_at", TIME),
        sa.Column("revoked_at", TIME),
        sa.Column("revoked_reason", sa.String(200)),
        sa.Column("wipes", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_devices"),
        _key("store_id", "stores"),
        sa.CheckConstraint("profile IN ('till', 'kiosk')", name="profile"),
        sa.CheckConstraint("state IN ('created', 'paired', 'suspended', 'revoked')", name="state"),
        sa.CheckConstraint("(state = 'revoked') = (revoked_at IS NOT NULL)", name="revoked"),
        sa.CheckConstraint("(state = 'suspended') = (suspended_at IS NOT NULL)", name="suspended"),
        sa.CheckConstraint("state NOT IN ('paired', 'suspended') OR public_key IS NOT NULL", name="paired"),
        sa.CheckConstraint("battery_percent BETWEEN 0 AND 100", name="battery_percent"),
        sa.CheckConstraint("pending_count >= 0", name="pending_count"),
        sa.CheckConstraint("(wipe_id IS NULL) = (wipe_requested_at IS NULL)", name="wipe"),
        sa.CheckConstraint("(message_id IS NULL) = (message IS NULL)", name="message"),
    )


def _told() -> list[sa.Column[object]]:
    """What the device itself has said."""
    return [
        sa.Column("public_key", sa.LargeBinary),
        sa.Column("installation_id", sa.String(64)),
        sa.Column("brand", sa.String(100)),
        sa.Column("model", sa.String(100)),
        sa.Column("os_sdk", sa.Integer),
        sa.Column("os_patch_level", sa.String(20)),
        sa.Column("app_version_code", sa.Integer),
        sa.Column("app_version_name", sa.String(40)),
        sa.Column("texts_version", sa.String(64)),
        sa.Column("clock_offset_ms", sa.BigInteger),
        sa.Column("boot_id", sa.String(64)),
        sa.Column("elapsed_realtime_ms", sa.BigInteger),
        sa.Column("pending_count", sa.Integer, nullable=False),
        sa.Column("oldest_pending_at", TIME),
        sa.Column("battery_percent", sa.SmallInteger),
        sa.Column("network", sa.String(20)),
        sa.Column("is_kiosk_locked", sa.Boolean),
    ]


def _add_pairing_codes() -> None:
    op.create_table(
        "pairing_codes",
        sa.Column("id", sa.Uuid),
        sa.Column("merchant_id", sa.Uuid, nullable=False),
        sa.Column("device_id", sa.Uuid, nullable=False),
        sa.Column("prefix_hash", sa.LargeBinary, nullable=False),
        sa.Column("code_hash", sa.LargeBinary, nullable=False),
        sa.Column("tries", sa.SmallInteger, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("replaced_at", TIME),
        sa.Column("used_at", TIME),
        sa.Column("used_key", sa.Text),
        sa.Column("used_public_key", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_pairing_codes"),
        _key("device_id", "devices"),
        sa.CheckConstraint("tries >= 0", name="tries"),
    )
    op.create_index("ix_pairing_codes_prefix_hash", "pairing_codes", ["prefix_hash"])
    op.create_index("ix_pairing_codes_device", "pairing_codes", ["merchant_id", "device_id"])


def _add_tokens() -> None:
    op.create_table(
        "device_tokens",
        sa.Column("token_hash", sa.LargeBinary),
        sa.Column("merchant_id", sa.Uuid, nullable=False),
        sa.Column("device_id", sa.Uuid, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("overlap_ends_at", TIME),
        sa.Column("first_used_at", TIME),
        sa.Column("ended_at", TIME),
        sa.PrimaryKeyConstraint("token_hash", name="pk_device_tokens"),
        _key("device_id", "devices"),
    )
    op.create_index("ix_device_tokens_device", "device_tokens", ["merchant_id", "device_id"])
    op.create_index("ix_device_tokens_expires_at", "device_tokens", ["expires_at"])


def _add_requests() -> None:
    op.create_table(
        "device_nonces",
        sa.Column("merchant_id", sa.Uuid),
        sa.Column("device_id", sa.Uuid),
        sa.Column("nonce", sa.String(64)),
        sa.Column("seen_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "device_id", "nonce", name="pk_device_nonces"),
        _key("device_id", "devices"),
    )
    op.create_index("ix_device_nonces_seen_at", "device_nonces", ["seen_at"])
    op.create_table(
        "failed_pin_reports",
        sa.Column("merchant_id", sa.Uuid),
        sa.Column("device_id", sa.Uuid),
        sa.Column("event_id", sa.Uuid),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("count", sa.SmallInteger, nullable=False),
        sa.Column("occurred_at", TIME, nullable=False),
        sa.Column("reported_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "device_id", "event_id", name="pk_failed_pin_reports"),
        _key("device_id", "devices"),
        sa.CheckConstraint("count BETWEEN 1 AND 20", name="count"),
    )
    op.create_index("ix_failed_pin_reports_device", "failed_pin_reports", ["merchant_id", "device_id", "reported_at"])


def _add_snapshots() -> None:
    op.create_table(
        "device_snapshots",
        sa.Column(
            "merchant_id", sa.Uuid, sa.ForeignKey("merchants.id", name="fk_device_snapshots_merchant_id_merchants")
        ),
        sa.Column("cursor", sa.String(64)),
        sa.Column("fingerprints", JSONB, nullable=False),
        sa.Column("used_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "cursor", name="pk_device_snapshots"),
    )
    op.create_index("ix_device_snapshots_used_at", "device_snapshots", ["used_at"])


def _key(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["merchant_id", column], [f"{table}.merchant_id", f"{table}.id"], name=f"fk_{column}_{table}"
    )

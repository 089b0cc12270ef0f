"""Settings that replace those of the environment, and audit entries of the platform."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2026_11_30_settings"
down_revision = "2026_11_29_rewards"

TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    _add_settings()
    _add_audit_entries()


def downgrade() -> None:
    op.execute("DROP TABLE platform_audit_entries, setting_overrides, setting_versions")


def _add_settings() -> None:
    op.create_table(
        "setting_overrides",
        sa.Column("key", sa.String(100)),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("sealed_value", sa.Text),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Uuid),
        sa.Column("updated_by_name", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_setting_overrides"),
        sa.CheckConstraint("num_nonnulls(value, sealed_value) = 1", name="value"),
    )
    op.create_table(
        "setting_versions",
        sa.Column("category", sa.String(40)),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", TIME),
        sa.Column("updated_by_name", sa.String(100)),
        sa.PrimaryKeyConstraint("category", name="pk_setting_versions"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON setting_overrides TO orion_app")
    op.execute("GRANT SELECT, INSERT, UPDATE ON setting_versions TO orion_app")


def _add_audit_entries() -> None:
    op.create_table(
        "platform_audit_entries",
        sa.Column("id", sa.Uuid),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("action", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("user_id", sa.Uuid),
        sa.Column("user_name", sa.String(100), nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("before", JSONB, nullable=False),
        sa.Column("after", JSONB, nullable=False),
        sa.Column("request_id", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_platform_audit_entries"),
    )
    op.create_index("ix_platform_audit_entries_subject", "platform_audit_entries", ["subject", "id"])
    op.create_index("ix_platform_audit_entries_recorded_at", "platform_audit_entries", ["recorded_at", "id"])
    op.execute("GRANT SELECT, INSERT ON platform_audit_entries TO orion_app")
    for name, event, each in (("append_only", "UPDATE OR DELETE", "ROW"), ("append_only_all", "TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON platform_audit_entries "
            f"FOR EACH {each} EXECUTE FUNCTION refuse_change()"
        )

"""Rewards with a position, a period, a picture, an archive and a version; pictures; audit entries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from backend.core import sql_functions

revision = "2026_11_29_rewards"
down_revision = "2026_11_29_baseline"

SETTLED = "(SELECT nullif(current_setting('app.merchant_id', true), ''))"
OF_THE_MERCHANT = "merchant_id = (SELECT nullif(current_setting('app.merchant_id', true), '')::uuid)"
NEW = ("folded", "search_text", "reward_state")
NEW_PARAMETER = ("till_setup", "store_setup")
CHANGED = ("card_state", "merchants_with_work")
TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL check_function_bodies = off")
    sql_functions.create(revision, *NEW)
    _add_pictures()
    _add_audit_entries()
    _change_rewards()
    sql_functions.drop(*NEW_PARAMETER)
    sql_functions.create(revision, *NEW_PARAMETER)
    sql_functions.replace(revision, *CHANGED)


def downgrade() -> None:
    op.execute("SET LOCAL check_function_bodies = off")
    sql_functions.replace(down_revision, *CHANGED)
    sql_functions.drop(*NEW_PARAMETER)
    sql_functions.create(down_revision, *NEW_PARAMETER)
    op.execute("REVOKE INSERT, DELETE ON reward_stores FROM orion_app")
    _pause_what_is_not_offered()
    op.drop_constraint("fk_picture_pictures", "rewards")
    for name in ("period", "value_cents"):
        op.drop_constraint(f"ck_rewards_{name}", "rewards")
    op.drop_index("ix_rewards_picture", "rewards")
    for name in ("position", "starts_on", "ends_on", "picture", "archived_at", "search_text"):
        op.drop_column("rewards", name)
    for name in ("is_on_passes", "version", "updated_at"):
        op.drop_column("rewards", name)
    op.execute("DROP TABLE audit_entries, pictures")
    sql_functions.drop(*reversed(NEW))


def _add_pictures() -> None:
    op.create_table(
        "pictures",
        sa.Column("merchant_id", sa.Uuid, sa.ForeignKey("merchants.id", name="fk_pictures_merchant_id_merchants")),
        sa.Column("hash", sa.String(64)),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "hash", name="pk_pictures"),
        sa.CheckConstraint("length(hash) = 64", name="hash"),
    )
    op.create_index("ix_pictures_hash", "pictures", ["hash"])
    op.create_index("ix_pictures_created_at", "pictures", ["merchant_id", "created_at"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON pictures TO orion_app")
    # A picture's address is public: it is read before the merchant is known.
    _guard_rows("pictures", f"{SETTLED} IS NULL OR merchant_id = {SETTLED}::uuid")


def _add_audit_entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("merchant_id", sa.Uuid, sa.ForeignKey("merchants.id", name="fk_audit_entries_merchant_id_merchants")),
        sa.Column("id", sa.Uuid),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("action", sa.String(100), nullable=False),
        sa.Column("subject_id", sa.Uuid),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("user_name", sa.String(100), nullable=False),
        sa.Column("on_behalf", sa.Boolean, nullable=False),
        sa.Column("device_id", sa.Uuid),
        sa.Column("before", JSONB, nullable=False),
        sa.Column("after", JSONB, nullable=False),
        sa.Column("request_id", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_subject", "audit_entries", ["merchant_id", "subject_id", "id"])
    op.create_index("ix_audit_entries_recorded_at", "audit_entries", ["merchant_id", "recorded_at", "id"])
    op.execute("GRANT SELECT, INSERT ON audit_entries TO orion_app")
    _guard_rows("audit_entries", OF_THE_MERCHANT)
    for name, event, each in (("append_only", "UPDATE OR DELETE", "ROW"), ("append_only_all", "TRUNCATE", "STATEMENT")):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON audit_entries FOR EACH {each} EXECUTE FUNCTION refuse_change()"
        )


def _change_rewards() -> None:
    op.execute(
        """
        ALTER TABLE rewards
          ADD COLUMN position integer,
          ADD COLUMN starts_on date,
          ADD COLUMN ends_on date,
          ADD COLUMN picture varchar(64),
          ADD COLUMN archived_at timestamptz,
          ADD COLUMN search_text text NOT NULL GENERATED ALWAYS AS (search_text(name, description)) STORED,
          ADD COLUMN is_on_passes boolean NOT NULL DEFAULT true,
          ADD COLUMN version integer NOT NULL DEFAULT 1,
          ADD COLUMN updated_at timestamptz,
          ADD CONSTRAINT ck_rewards_value_cents CHECK (value_cents >= 0),
          ADD CONSTRAINT ck_rewards_period CHECK (ends_on >= starts_on),
          ADD CONSTRAINT fk_picture_pictures FOREIGN KEY (merchant_id, picture) REFERENCES pictures (merchant_id, hash)
        """
    )
    # The owner of the table sees the rows of all merchants only without FORCE.
    op.execute("ALTER TABLE rewards NO FORCE ROW LEVEL SECURITY")
    # In the order in which they were shown so far.
    op.execute(
        """
        UPDATE rewards r
        SET position = o.position, updated_at = r.created_at, is_on_passes = r.is_active
        FROM (SELECT merchant_id, id, row_number() OVER (PARTITION BY merchant_id ORDER BY points_required, id) AS position
              FROM rewards) o
        WHERE o.merchant_id = r.merchant_id AND o.id = r.id
        """
    )
    op.execute("ALTER TABLE rewards ALTER COLUMN position SET NOT NULL, ALTER COLUMN updated_at SET NOT NULL")
    op.execute("ALTER TABLE rewards FORCE ROW LEVEL SECURITY")
    for name in ("is_on_passes", "version"):
        op.alter_column("rewards", name, server_default=None)
    op.create_index("ix_rewards_picture", "rewards", ["merchant_id", "picture"])
    op.execute("GRANT INSERT, DELETE ON reward_stores TO orion_app")


def _pause_what_is_not_offered() -> None:
    """Without archive and periods it would be offered."""
    op.execute("ALTER TABLE rewards NO FORCE ROW LEVEL SECURITY")
    op.execute(
        """
        UPDATE rewards SET is_active = false
        WHERE archived_at IS NOT NULL OR starts_on > current_date OR ends_on < current_date
        """
    )
    op.execute("ALTER TABLE rewards FORCE ROW LEVEL SECURITY")


def _guard_rows(table: str, condition: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_merchant ON {table} USING ({condition})")

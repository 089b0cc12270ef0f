"""People work for one merchant or several: memberships leave the table of users, and a sign-in names its merchant.

New foreign keys hold for new rows; `2026_11_30_member_keys` proves them for the rows there are.
"""

import sqlalchemy as sa
from alembic import op

from backend.core import sql_functions

revision = "2026_11_30_members"
down_revision = "2026_11_30_connection_tests"

FUNCTIONS = ("actor_by_token", "find_overrider")
SETTLED = "(SELECT nullif(current_setting('app.merchant_id', true), ''))"
OWN_MEMBERS = f"{SETTLED} IS NULL OR merchant_id = {SETTLED}::uuid"
OWN_USERS = (
    f"{SETTLED} IS NULL OR platform_role IS NOT NULL OR EXISTS ("
    f"SELECT FROM merchant_members m WHERE m.merchant_id = {SETTLED}::uuid AND m.user_id = users.id)"
)
FORMER_USERS = f"{SETTLED} IS NULL OR merchant_id IS NULL OR merchant_id = {SETTLED}::uuid"
FORMER_TOKENS = f"{SETTLED} IS NULL OR EXISTS (SELECT FROM users u WHERE u.id = user_id)"
PLATFORM_ROLES, MERCHANT_ROLES = "('super_admin', 'platform_admin')", "('merchant_owner', 'store_member')"
KEYS = (
    ("store_members", "user_id"),
    ("staff_pins", "user_id"),
    ("retired_codes", "user_id"),
    ("card_merges", "user_id"),
    ("holds", "user_id"),
    ("transactions", "user_id"),
    ("transactions", "override_user_id"),
)
"""Tables and columns that name somebody who works for the merchant."""
TIME = sa.TIMESTAMP(timezone=True)


def upgrade() -> None:
    _add_members()
    op.add_column("users", sa.Column("platform_role", sa.String(20)))
    op.add_column("access_tokens", sa.Column("merchant_id", sa.Uuid))
    op.execute("UPDATE users SET platform_role = role WHERE merchant_id IS NULL")
    op.execute(
        """INSERT INTO merchant_members (merchant_id, user_id, role, joined_at, version, updated_at)
           SELECT merchant_id, id, role, created_at, 1, created_at FROM users WHERE merchant_id IS NOT NULL"""
    )
    op.execute("UPDATE access_tokens t SET merchant_id = u.merchant_id FROM users u WHERE u.id = t.user_id")
    _point_at("merchant_members", "user_id", "NOT VALID")
    _guard("users", OWN_USERS)
    _guard("access_tokens", OWN_MEMBERS)
    for name in ("ck_users_merchant", "ck_users_role", "uq_users_merchant_id"):
        op.drop_constraint(name, "users")
    for column in ("merchant_id", "role"):
        op.drop_column("users", column)
    op.create_check_constraint("platform_role", "users", f"platform_role IN {PLATFORM_ROLES}")
    op.create_foreign_key(
        "fk_access_tokens_merchant_id_merchants", "access_tokens", "merchants", ["merchant_id"], ["id"]
    )
    sql_functions.replace(revision, *FUNCTIONS)


def downgrade() -> None:
    """The revision before knows one merchant for each user. Refused when somebody has worked for several."""
    _refuse_several_merchants()
    op.add_column("users", sa.Column("merchant_id", sa.Uuid))
    op.add_column("users", sa.Column("role", sa.String(20)))
    # Who has left everywhere keeps their rows in the history, and nothing else.
    op.execute(
        """UPDATE users u
           SET merchant_id = m.merchant_id, role = m.role, is_active = u.is_active AND m.left_at IS NULL
           FROM merchant_members m WHERE m.user_id = u.id"""
    )
    op.execute("UPDATE users SET role = coalesce(platform_role, 'platform_admin') WHERE merchant_id IS NULL")
    op.execute("UPDATE users SET is_active = false WHERE merchant_id IS NULL AND platform_role IS NULL")
    op.alter_column("users", "role", nullable=False)
    op.create_unique_constraint("uq_users_merchant_id", "users", ["merchant_id", "id"])
    _point_at("users", "id")
    _guard("access_tokens", FORMER_TOKENS)
    _guard("users", FORMER_USERS)
    op.drop_constraint("ck_users_platform_role", "users")
    op.drop_column("users", "platform_role")
    op.drop_column("access_tokens", "merchant_id")
    op.create_check_constraint("role", "users", f"role IN {PLATFORM_ROLES[:-1]}, {MERCHANT_ROLES[1:]}")
    op.create_check_constraint("merchant", "users", f"(merchant_id IS NULL) = (role IN {PLATFORM_ROLES})")
    op.create_foreign_key("fk_users_merchant_id_merchants", "users", "merchants", ["merchant_id"], ["id"])
    op.execute("DROP TABLE merchant_members")
    sql_functions.replace("2026_11_29_baseline", *FUNCTIONS)


def _add_members() -> None:
    op.create_table(
        "merchant_members",
        sa.Column(
            "merchant_id", sa.Uuid, sa.ForeignKey("merchants.id", name="fk_merchant_members_merchant_id_merchants")
        ),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("users.id", name="fk_merchant_members_user_id_users")),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("joined_at", TIME, nullable=False),
        sa.Column("left_at", TIME),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "user_id", name="pk_merchant_members"),
        sa.CheckConstraint(f"role IN {MERCHANT_ROLES}", name="role"),
    )
    op.create_index("ix_merchant_members_user_id", "merchant_members", ["user_id"])
    op.execute("GRANT SELECT, INSERT ON merchant_members TO orion_app")
    op.execute("ALTER TABLE merchant_members ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_merchant ON merchant_members USING ({OWN_MEMBERS})")


def _point_at(target: str, key: str, validity: str = "") -> None:
    """Every key that names a person. NOT VALID: without reading the rows, during which tills would wait."""
    former = "users" if target == "merchant_members" else "merchant_members"
    for table, column in KEYS:
        op.drop_constraint(f"fk_{column}_{former}", table)
        op.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT fk_{column}_{target} FOREIGN KEY (merchant_id, {column}) "
            f"REFERENCES {target} (merchant_id, {key}) {validity}"
        )


def _guard(table: str, condition: str) -> None:
    op.execute(f"DROP POLICY own_merchant ON {table}")
    op.execute(f"CREATE POLICY own_merchant ON {table} USING ({condition})")


def _refuse_several_merchants() -> None:
    op.execute(
        """
        DO $$ BEGIN
          IF EXISTS (SELECT FROM merchant_members GROUP BY user_id HAVING count(*) > 1) THEN
            RAISE EXCEPTION 'somebody has worked for several merchants, and the revision before has one for each user';
          END IF;
        END $$
        """
    )

"""Second factors, password resets, and what a session shows to its person."""

import sqlalchemy as sa
from alembic import op

from backend.core import sql_functions

revision = "2026_11_30_sign_in"
down_revision = "2026_11_30_invitations"

TIME = sa.TIMESTAMP(timezone=True)
TABLES = (
    "sign_in_challenges",
    "passkeys",
    "recovery_codes",
    "factor_tries",
    "password_resets",
    "password_reset_requests",
)
SETTLED = "(SELECT nullif(current_setting('app.merchant_id', true), ''))"
OF_PEOPLE = TABLES[:-1]
"""Each row is of one person: with a merchant settled only of those who work or have worked there."""
GRANTS = {
    "sign_in_challenges": "SELECT, INSERT, DELETE",
    "passkeys": "SELECT, INSERT, UPDATE, DELETE",
    "recovery_codes": "SELECT, INSERT, DELETE",
    "factor_tries": "SELECT, INSERT, UPDATE, DELETE",
    "password_resets": "SELECT, INSERT, UPDATE, DELETE",
    "password_reset_requests": "SELECT, INSERT, DELETE",
}


def upgrade() -> None:
    _add_columns()
    _add_challenges()
    _add_factors()
    _add_resets()
    for table, rights in GRANTS.items():
        op.execute(f"GRANT {rights} ON {table} TO orion_app")
    for table in OF_PEOPLE:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_merchant ON {table} USING ({SETTLED} IS NULL OR EXISTS (SELECT FROM merchant_members m "
            f"WHERE m.merchant_id = {SETTLED}::uuid AND m.user_id = {table}.user_id))"
        )
    sql_functions.replace(revision, "actor_by_token")


def downgrade() -> None:
    sql_functions.replace("2026_11_30_members", "actor_by_token")
    op.execute(f"DROP TABLE {', '.join(TABLES)}")
    for column in ("last_seen_at", "user_agent", "second_factor", "confirmed_at"):
        op.drop_column("access_tokens", column)
    op.drop_column("users", "has_long_password")


def _add_columns() -> None:
    # Who sets a password from now on states its length; those before had 15 characters.
    op.add_column("users", sa.Column("has_long_password", sa.Boolean, nullable=False, server_default=sa.true()))
    op.add_column("access_tokens", sa.Column("user_agent", sa.String(200)))
    op.add_column("access_tokens", sa.Column("second_factor", sa.String(20)))
    op.add_column("access_tokens", sa.Column("confirmed_at", TIME))
    op.add_column("access_tokens", sa.Column("last_seen_at", TIME, nullable=False, server_default=sa.func.now()))
    op.alter_column("access_tokens", "last_seen_at", server_default=None)


def _add_challenges() -> None:
    op.create_table(
        "sign_in_challenges",
        sa.Column("token_hash", sa.LargeBinary),
        sa.Column("purpose", sa.String(20), nullable=False),
        _user("sign_in_challenges", nullable=True),
        sa.Column("challenge", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_in_challenges"),
    )
    op.create_index("ix_sign_in_challenges_expires_at", "sign_in_challenges", ["expires_at"])


def _add_factors() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Uuid),
        _user("passkeys"),
        sa.Column("credential_id", sa.LargeBinary, nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("last_used_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.UniqueConstraint("credential_id", name="uq_passkeys_credential_id"),
    )
    op.create_index("ix_passkeys_user_id", "passkeys", ["user_id"])
    op.create_table(
        "recovery_codes",
        _user("recovery_codes"),
        sa.Column("code_hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name="pk_recovery_codes"),
    )
    op.create_table(
        "factor_tries",
        _user("factor_tries"),
        sa.Column("device", sa.String(32), nullable=False),
        sa.Column("tries", sa.SmallInteger, nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "device", name="pk_factor_tries"),
        sa.CheckConstraint("tries > 0", name="tries"),
    )


def _add_resets() -> None:
    op.create_table(
        "password_resets",
        _user("password_resets"),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_password_resets"),
        sa.UniqueConstraint("token_hash", name="uq_password_resets_token_hash"),
    )
    op.create_table(
        "password_reset_requests",
        sa.Column("id", sa.Uuid),
        sa.Column("email_norm", sa.String(320), nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_password_reset_requests"),
    )
    op.create_index("ix_password_reset_requests_created_at", "password_reset_requests", ["created_at"])


def _user(table: str, *, nullable: bool = False) -> sa.Column[object]:
    key = sa.ForeignKey("users.id", name=f"fk_{table}_user_id_users", ondelete="CASCADE")
    return sa.Column("user_id", sa.Uuid, key, nullable=nullable)

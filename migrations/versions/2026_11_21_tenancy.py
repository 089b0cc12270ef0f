"""Row-level security behind the tenant in every query, and the rights of the application's role."""

from alembic import op

revision = "2026_11_21_tenancy"
down_revision = "2026_11_21_tables"
branch_labels = None
depends_on = None

TENANT_TABLES = (
    "allocations",
    "cards",
    "categories",
    "customer_words",
    "customers",
    "email_logs",
    "events",
    "feature_overrides",
    "lots",
    "policies",
    "programs",
    "reward_stores",
    "rewards",
    "staff_pins",
    "store_members",
    "stored_answers",
    "stores",
    "terms_versions",
    "transaction_categories",
    "transactions",
)
PLATFORM_TABLES = ("access_tokens", "merchants", "outbox", "store_codes", "users")
APPEND_ONLY = ("allocations", "events", "terms_versions", "transaction_categories", "transactions")
CREATE_ROLE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'orion_app') THEN
    CREATE ROLE orion_app NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
  -- So that a single database URL serves both: its user migrates, and the application works as orion_app.
  BEGIN
    EXECUTE format('GRANT orion_app TO %I', current_user);
  EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'orion_app was made by somebody else: they grant it to whom the application connects as';
  END;
END $$
"""


def upgrade() -> None:
    op.execute(CREATE_ROLE)
    op.execute("GRANT USAGE ON SCHEMA public TO orion_app")
    op.execute("GRANT SELECT ON alembic_version TO orion_app")
    for table in PLATFORM_TABLES + TENANT_TABLES:
        rights = "SELECT, INSERT" if table in APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        op.execute(f"GRANT {rights} ON {table} TO orion_app")
    for table in TENANT_TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        # The sub-select is evaluated once per statement, not once per row; unset means no rows at all.
        op.execute(
            f"CREATE POLICY own_merchant ON {table} USING "
            "(merchant_id = (SELECT nullif(current_setting('app.merchant_id', true), '')::uuid))"
        )


def downgrade() -> None:
    for table in TENANT_TABLES:
        op.execute(f"DROP POLICY own_merchant ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")
    for table in PLATFORM_TABLES + TENANT_TABLES:
        op.execute(f"REVOKE ALL ON {table} FROM orion_app")
    op.execute("REVOKE ALL ON alembic_version FROM orion_app")
    op.execute("REVOKE USAGE ON SCHEMA public FROM orion_app")

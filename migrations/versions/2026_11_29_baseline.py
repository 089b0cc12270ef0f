"""The first schema: tables, rights, row-level security, functions and triggers."""

from pathlib import Path

from alembic import op

from backend.core import sql_functions

revision = "2026_11_29_baseline"
down_revision = None

TABLES = Path(__file__).with_suffix("") / "tables.sql"
CREATE_ROLE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'orion_app') THEN
    CREATE ROLE orion_app NOLOGIN NOSUPERUSER NOBYPASSRLS;
  END IF;
  -- A single database URL can serve both: its user migrates, and the application works as orion_app.
  BEGIN
    EXECUTE format('GRANT orion_app TO %I', current_user);
  EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'somebody else created orion_app: they grant it to the user of the application';
  END;
END $$
"""
RIGHTS = {
    "access_tokens": "SELECT, INSERT, UPDATE, DELETE",
    "allocations": "SELECT, INSERT",
    "apple_devices": "SELECT, INSERT, UPDATE, DELETE",
    "apple_passes": "SELECT, INSERT, UPDATE, DELETE",
    "apple_registrations": "SELECT, INSERT, DELETE",
    "card_link_questions": "SELECT, INSERT, DELETE",
    "card_merges": "SELECT, INSERT, UPDATE",
    "cards": "SELECT, INSERT, UPDATE",
    "categories": "SELECT, INSERT",
    "customer_words": "SELECT, INSERT, DELETE",
    "customers": "SELECT, INSERT, UPDATE",
    "email_logs": "SELECT, INSERT, UPDATE",
    "events": "SELECT, INSERT",
    "feature_overrides": "SELECT",
    "fraud_limits": "SELECT, INSERT, UPDATE, DELETE",
    "google_callbacks": "SELECT, INSERT, DELETE",
    "google_programs": "SELECT, INSERT, UPDATE",
    "holds": "SELECT, INSERT, UPDATE",
    "lots": "SELECT, INSERT, UPDATE",
    "mail_allowances": "SELECT, INSERT, UPDATE, DELETE",
    "merchants": "SELECT, INSERT",
    "order_references": "SELECT, INSERT, UPDATE",
    "outbox": "SELECT, INSERT, UPDATE, DELETE",
    "pass_images": "SELECT, INSERT",
    "platform_mails": "SELECT, INSERT, UPDATE",
    "policies": "SELECT, INSERT",
    "program_previews": "SELECT, INSERT, UPDATE, DELETE",
    "programs": "SELECT, INSERT",
    "retired_codes": "SELECT, INSERT",
    "reward_stores": "SELECT",
    "rewards": "SELECT, INSERT, UPDATE",
    "staff_pins": "SELECT, INSERT, UPDATE",
    "store_codes": "SELECT, INSERT",
    "store_members": "SELECT, INSERT",
    "stored_answers": "SELECT, INSERT, DELETE",
    "stores": "SELECT, INSERT",
    "task_runs": "SELECT, INSERT, UPDATE, DELETE",
    "terms_versions": "SELECT, INSERT",
    "transaction_categories": "SELECT, INSERT",
    "transactions": "SELECT, INSERT",
    "users": "SELECT, INSERT, UPDATE",
    "wallet_links": "SELECT, INSERT, UPDATE",
    "wallet_notifications": "SELECT, INSERT, DELETE",
}
"""What the code does, and no more."""
OF_NO_MERCHANT = {"apple_devices", "google_callbacks", "mail_allowances", "pass_images", "platform_mails"}
# Sub-selects are evaluated once per statement, not once per row.
SETTLED = "(SELECT nullif(current_setting('app.merchant_id', true), ''))"
OF_THE_MERCHANT = "merchant_id = (SELECT nullif(current_setting('app.merchant_id', true), '')::uuid)"
UNSETTLED_OR_OF_THE_MERCHANT = f"{SETTLED} IS NULL OR merchant_id = {SETTLED}::uuid"
READ_BEFORE_THE_MERCHANT_IS_KNOWN = {
    "access_tokens": f"{SETTLED} IS NULL OR EXISTS (SELECT FROM users u WHERE u.id = user_id)",
    "apple_passes": UNSETTLED_OR_OF_THE_MERCHANT,
    "apple_registrations": f"{SETTLED} IS NULL "
    "OR EXISTS (SELECT FROM apple_passes p WHERE p.serial = apple_registrations.serial)",
    "google_programs": UNSETTLED_OR_OF_THE_MERCHANT,
    "merchants": f"{SETTLED} IS NULL OR id = {SETTLED}::uuid",
    "outbox": UNSETTLED_OR_OF_THE_MERCHANT,
    "store_codes": UNSETTLED_OR_OF_THE_MERCHANT,
    # Runs over all merchants, and the platform's own people, belong to none.
    "task_runs": f"{SETTLED} IS NULL OR merchant_id IS NULL OR merchant_id = {SETTLED}::uuid",
    "users": f"{SETTLED} IS NULL OR merchant_id IS NULL OR merchant_id = {SETTLED}::uuid",
}
"""Policies of tables that show all rows as long as no merchant is settled; the others then show none."""
TRIGGERS = (
    ("append_only", "transactions", "UPDATE OR DELETE", "ROW", "refuse_change"),
    ("append_only_all", "transactions", "TRUNCATE", "STATEMENT", "refuse_change"),
    ("append_only", "allocations", "UPDATE OR DELETE", "ROW", "refuse_change"),
    ("append_only_all", "allocations", "TRUNCATE", "STATEMENT", "refuse_change"),
    ("one_welcome", "transactions", "INSERT", "ROW WHEN (NEW.kind = 'welcome_bonus')", "refuse_second_welcome"),
    ("redeemed_at_allowed_store", "transactions", "INSERT", "ROW WHEN (NEW.kind = 'redeemed')", "refuse_elsewhere"),
    ("enrolled_with_new_code", "cards", "INSERT", "ROW", "refuse_retired_code"),
    (
        "replaced_by_new_code",
        "cards",
        "UPDATE OF code",
        "ROW WHEN (NEW.code IS DISTINCT FROM OLD.code)",
        "refuse_retired_code",
    ),
    (
        "erased_with_its_links",
        "cards",
        "UPDATE OF state",
        "ROW WHEN (NEW.state = 'erased' AND OLD.state <> 'erased')",
        "end_erased_links",
    ),
)
"""Name, table, event, for each of what, function."""


def upgrade() -> None:
    op.execute(CREATE_ROLE)
    for statement in TABLES.read_text(encoding="utf-8").split(";\n"):
        op.get_bind().exec_driver_sql(statement)
    _grant_rights()
    _guard_rows()
    # The functions call each other: their bodies are checked when they are called.
    op.execute("SET LOCAL check_function_bodies = off")
    sql_functions.create(revision, *sql_functions.frozen(revision))
    for name, table, event, each, function in TRIGGERS:
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {each} EXECUTE FUNCTION {function}()")


def downgrade() -> None:
    """To an empty database; the role stays."""
    for name, table, *_ in TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON {table}")
    sql_functions.drop(*sql_functions.frozen(revision))
    op.execute(f"DROP TABLE {', '.join(RIGHTS)}")
    op.execute("DROP SEQUENCE apple_update_tags")
    op.execute("REVOKE ALL ON alembic_version FROM orion_app")
    op.execute("REVOKE USAGE ON SCHEMA public FROM orion_app")


def _grant_rights() -> None:
    op.execute("GRANT USAGE ON SCHEMA public TO orion_app")
    op.execute("GRANT USAGE ON SEQUENCE apple_update_tags TO orion_app")
    op.execute("GRANT SELECT ON alembic_version TO orion_app")
    for table, rights in RIGHTS.items():
        op.execute(f"GRANT {rights} ON {table} TO orion_app")


def _guard_rows() -> None:
    for table in sorted(RIGHTS.keys() - OF_NO_MERCHANT):
        condition = READ_BEFORE_THE_MERCHANT_IS_KNOWN.get(table, OF_THE_MERCHANT)
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_merchant ON {table} USING ({condition})")

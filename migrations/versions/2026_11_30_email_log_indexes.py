"""An index for each filter of the email log: status, template and recipient, in the order of the list; failed mails."""

from alembic import op

from backend.core import sql_functions

revision = "2026_11_30_email_log_indexes"
down_revision = "2026_11_30_consent"

NEW, CHANGED = ("mails_to_resend",), ("mail_list",)
FILTERS = {"status": "status", "template": "template_code", "recipient": "recipient_folded"}
TABLES = {"email_logs": ["merchant_id"], "platform_mails": []}


def upgrade() -> None:
    op.execute("SET LOCAL check_function_bodies = off")
    for table, first in TABLES.items():
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN recipient_folded text GENERATED ALWAYS AS (lower(recipient)) STORED NOT NULL"
        )
        for name, column in FILTERS.items():
            op.create_index(f"ix_{table}_{name}", table, [*first, column, "created_at", "id"])
    op.create_index("ix_platform_mails_resend_of", "platform_mails", ["resend_of"])
    sql_functions.create(revision, *NEW)
    sql_functions.replace(revision, *CHANGED)


def downgrade() -> None:
    op.execute("SET LOCAL check_function_bodies = off")
    sql_functions.replace("2026_11_30_email_log", *CHANGED)
    sql_functions.drop(*NEW)
    op.drop_index("ix_platform_mails_resend_of", "platform_mails")
    for table in TABLES:
        for name in FILTERS:
            op.drop_index(f"ix_{table}_{name}", table)
        op.drop_column(table, "recipient_folded")

"""The email log: kind, HTML, headers, history, what was used to send, and reports of the provider; suppressed mailboxes."""

import sqlalchemy as sa
from alembic import op

from backend.core import sql_functions

revision = "2026_11_30_email_log"
down_revision = "2026_11_30_email_templates"

TABLES = ("email_logs", "platform_mails")
FORMER_STATUSES = "('queued', 'sent', 'failed')"
NOT_SENT = """(status IN ('queued', 'sending') AND (kind = 'marketing' OR expires_at < now())
               OR status = 'sending' AND history @> '[{"outcome": "unknown"}]')"""
"""What the code before would send, and may not: it knows neither marketing nor an end, nor that it has tried before."""
NEW = ("merchant_of_mail", "mail_backlog", "mail_list")
CHANGED = ("merchants_with_work",)
COLUMNS = """
    ALTER TABLE ITS_TABLE
      ADD COLUMN template_version integer,
      ADD COLUMN kind varchar(13) NOT NULL DEFAULT 'transactional',
      ADD COLUMN body_html text,
      ADD COLUMN headers jsonb NOT NULL DEFAULT '{}',
      ADD COLUMN expires_at timestamptz,
      ADD COLUMN port integer,
      ADD COLUMN security varchar(10),
      ADD COLUMN sender_name text,
      ADD COLUMN sender_address varchar(320),
      ADD COLUMN reply_to varchar(320),
      ADD COLUMN message_id varchar(320),
      ADD COLUMN error_code varchar(40),
      ADD COLUMN history jsonb NOT NULL DEFAULT '[]',
      ADD COLUMN resend_of uuid,
      ADD COLUMN redacted_at timestamptz,
      ADD CONSTRAINT ck_ITS_TABLE_status CHECK (status IN (
        'queued', 'sending', 'sent', 'delivered', 'failed', 'bounced', 'complained', 'unknown')),
      ADD CONSTRAINT ck_ITS_TABLE_kind CHECK (kind IN ('transactional', 'marketing'))
"""
FILLED = """
    UPDATE ITS_TABLE
    SET sender_name = substring(sender from '^(.*) <[^<]*>$'),
        sender_address = substring(sender from '<([^<]*)>$'),
        port = substring(host from ':([0-9]{1,5})$')::integer,
        host = CASE WHEN provider = 'smtp' THEN regexp_replace(host, ':[0-9]{1,5}$', '') ELSE host END,
        error_code = CASE WHEN error IS NOT NULL THEN 'internal_error' END
"""


def upgrade() -> None:
    op.execute("SET LOCAL check_function_bodies = off")
    for table in TABLES:
        _change(table)
    op.create_index("ix_email_logs_created_at", "email_logs", ["merchant_id", "created_at", "id"])
    op.create_index("ix_email_logs_card_id", "email_logs", ["merchant_id", "card_id"])
    op.create_index("ix_email_logs_resend_of", "email_logs", ["merchant_id", "resend_of"])
    op.create_index("ix_platform_mails_created_at", "platform_mails", ["created_at", "id"])
    _index_waiting("status IN ('queued', 'sending')", "waiting")
    op.create_table(
        "suppressed_mailboxes",
        sa.Column("recipient", sa.LargeBinary),
        sa.Column("reason", sa.String(10), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("recipient", name="pk_suppressed_mailboxes"),
    )
    op.execute("GRANT SELECT, INSERT ON suppressed_mailboxes TO orion_app")
    sql_functions.create(revision, *NEW)
    sql_functions.replace(revision, *CHANGED)


def downgrade() -> None:
    op.execute("SET LOCAL check_function_bodies = off")
    sql_functions.replace("2026_11_29_rewards", *CHANGED)
    sql_functions.drop(*reversed(NEW))
    op.execute("DROP TABLE suppressed_mailboxes")
    for name in ("ix_email_logs_created_at", "ix_email_logs_card_id", "ix_email_logs_waiting"):
        op.drop_index(name, "email_logs")
    for name in ("ix_platform_mails_created_at", "ix_platform_mails_waiting"):
        op.drop_index(name, "platform_mails")
    for table in TABLES:
        _change_back(table)
    op.create_index("ix_email_logs_created_at", "email_logs", ["merchant_id", "created_at"])
    _index_waiting("status = 'queued'", "queued")


def _index_waiting(condition: str, name: str) -> None:
    where = sa.text(condition)
    op.create_index(f"ix_email_logs_{name}", "email_logs", ["merchant_id", "available_at"], postgresql_where=where)
    op.create_index(f"ix_platform_mails_{name}", "platform_mails", ["available_at"], postgresql_where=where)


def _change(table: str) -> None:
    op.drop_index(f"ix_{table}_queued", table)
    if table == "email_logs":
        op.drop_index("ix_email_logs_created_at", table)
    op.drop_constraint(f"ck_{table}_status", table)
    op.execute(COLUMNS.replace("ITS_TABLE", table))
    # The owner of the table sees the rows of all merchants only without FORCE.
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(FILLED.replace("ITS_TABLE", table))
    _force_row_security(table)
    op.drop_column(table, "sender")
    for name in ("kind", "headers", "history"):
        op.alter_column(table, name, server_default=None)
    op.execute(f"GRANT DELETE ON {table} TO orion_app")


def _change_back(table: str) -> None:
    op.execute(f"REVOKE DELETE ON {table} FROM orion_app")
    for name in ("status", "kind"):
        op.drop_constraint(f"ck_{table}_{name}", table)
    op.add_column(table, sa.Column("sender", sa.String(320)))
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(
        f"""
        UPDATE {table}
        SET sender = left(sender_name || ' <' || sender_address || '>', 320),
            host = left(host || coalesce(':' || port, ''), 255),
            error = CASE WHEN {NOT_SENT} THEN 'It was not sent, or may have been: see the log before the downgrade.'
                         ELSE error END,
            status = CASE WHEN {NOT_SENT} THEN 'failed' WHEN status = 'sending' THEN 'queued'
                          WHEN status = 'delivered' THEN 'sent'
                          WHEN status IN {FORMER_STATUSES} THEN status ELSE 'failed' END
        """
    )
    _force_row_security(table)
    op.create_check_constraint("status", table, f"status IN {FORMER_STATUSES}")
    for name in (
        *("template_version", "kind", "body_html", "headers", "expires_at", "port", "security", "sender_name"),
        *("sender_address", "reply_to", "message_id", "error_code", "history", "resend_of", "redacted_at"),
    ):
        op.drop_column(table, name)


def _force_row_security(table: str) -> None:
    if table == "email_logs":
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")

"""Texts of emails with their history, merchants' texts in place of them, and the merchant's addresses in emails."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_30_email_templates"
down_revision = "2026_11_30_settings"

OF_THE_MERCHANT = "merchant_id = (SELECT nullif(current_setting('app.merchant_id', true), '')::uuid)"
TIME = sa.TIMESTAMP(timezone=True)
VERSIONS = ("email_template_versions", "email_template_override_versions")


def upgrade() -> None:
    op.add_column("merchants", sa.Column("contact_email", sa.String(254)))
    op.add_column("merchants", sa.Column("postal_address", sa.String(300)))
    _add_texts()
    _add_overrides()
    for table in VERSIONS:
        op.execute(f"GRANT SELECT, INSERT ON {table} TO orion_app")
        for name, event, each in (
            ("append_only", "UPDATE OR DELETE", "ROW"),
            ("append_only_all", "TRUNCATE", "STATEMENT"),
        ):
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {each} EXECUTE FUNCTION refuse_change()"
            )


def downgrade() -> None:
    op.execute("DROP TABLE email_template_override_versions, email_template_overrides")
    op.execute("DROP TABLE email_template_versions, email_templates")
    op.drop_column("merchants", "postal_address")
    op.drop_column("merchants", "contact_email")


def _texts(*, is_own: bool) -> list[sa.Column]:
    return [sa.Column(name, sa.Text, nullable=is_own) for name in ("subject", "preheader", "body")]


def _saved() -> list[sa.Column]:
    return [sa.Column("saved_at", TIME, nullable=False), sa.Column("saved_by", sa.String(100))]


def _add_texts() -> None:
    op.create_table(
        "email_templates",
        sa.Column("code", sa.String(100)),
        sa.Column("language", sa.String(5)),
        *_texts(is_own=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("english_version", sa.Integer, nullable=False),
        sa.Column("default_hash", sa.String(64), nullable=False),
        *_saved(),
        sa.PrimaryKeyConstraint("code", "language", name="pk_email_templates"),
    )
    op.create_table(
        "email_template_versions",
        sa.Column("code", sa.String(100)),
        sa.Column("language", sa.String(5)),
        sa.Column("version", sa.Integer, nullable=False),
        *_texts(is_own=False),
        *_saved(),
        sa.PrimaryKeyConstraint("code", "language", "version", name="pk_email_template_versions"),
        sa.ForeignKeyConstraint(
            ["code", "language"],
            ["email_templates.code", "email_templates.language"],
            name="fk_template_email_templates",
        ),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON email_templates TO orion_app")


def _add_overrides() -> None:
    merchant = sa.ForeignKey("merchants.id", name="fk_email_template_overrides_merchant_id_merchants")
    op.create_table(
        "email_template_overrides",
        sa.Column("merchant_id", sa.Uuid, merchant),
        sa.Column("id", sa.Uuid),
        sa.Column("code", sa.String(100), nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        *_texts(is_own=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("platform_version", sa.Integer, nullable=False),
        *_saved(),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_email_template_overrides"),
        sa.UniqueConstraint("merchant_id", "code", "language", name="uq_email_template_overrides_merchant_id"),
    )
    op.create_table(
        "email_template_override_versions",
        sa.Column("merchant_id", sa.Uuid),
        sa.Column("code", sa.String(100)),
        sa.Column("language", sa.String(5)),
        sa.Column("version", sa.Integer, nullable=False),
        *_texts(is_own=True),
        *_saved(),
        sa.PrimaryKeyConstraint(
            "merchant_id", "code", "language", "version", name="pk_email_template_override_versions"
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "code", "language"],
            [f"email_template_overrides.{name}" for name in ("merchant_id", "code", "language")],
            name="fk_template_email_template_overrides",
        ),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON email_template_overrides TO orion_app")
    for table in ("email_template_overrides", "email_template_override_versions"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY own_merchant ON {table} USING ({OF_THE_MERCHANT})")

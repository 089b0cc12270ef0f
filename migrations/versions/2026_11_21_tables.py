"""Every table of the loyalty core."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "2026_11_21_tables"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_events"),
    )
    op.create_table(
        "merchants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("default_language", sa.String(length=5), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_merchants"),
        sa.UniqueConstraint("code", name="uq_merchants_code"),
    )
    op.create_table(
        "stored_answers",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "key", name="pk_stored_answers"),
    )
    op.create_index("ix_stored_answers_created_at", "stored_answers", ["created_at"], unique=False)
    op.create_table(
        "customers",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_norm", sa.String(length=254), nullable=False),
        sa.Column("first_name", sa.String(length=100), nullable=True),
        sa.Column("last_name", sa.String(length=100), nullable=True),
        sa.Column("phone", sa.String(length=30), nullable=True),
        sa.Column("phone_norm", sa.String(length=9), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_customers_merchant_id_merchants"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_customers"),
        sa.UniqueConstraint("merchant_id", "email_norm", name="uq_customers_merchant_id"),
    )
    op.create_index(
        "ix_customers_phone",
        "customers",
        ["merchant_id", "phone_norm"],
        unique=False,
        postgresql_where="phone_norm IS NOT NULL",
    )
    op.create_table(
        "email_logs",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("template_code", sa.String(length=100), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=True),
        sa.Column("host", sa.String(length=255), nullable=True),
        sa.Column("sender", sa.String(length=320), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('queued', 'sent', 'failed')", name=op.f("ck_email_logs_status")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_email_logs_merchant_id_merchants"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_email_logs"),
    )
    op.create_index("ix_email_logs_created_at", "email_logs", ["merchant_id", "created_at"], unique=False)
    op.create_index(
        "ix_email_logs_queued",
        "email_logs",
        ["merchant_id", "available_at"],
        unique=False,
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("event_name", sa.String(length=100), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("reactions_done", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_outbox_merchant_id_merchants"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    op.create_index(
        "ix_outbox_due", "outbox", ["available_at"], unique=False, postgresql_where=sa.text("dead_at IS NULL")
    )
    op.create_table(
        "policies",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("staff_pin_policy", sa.String(length=10), nullable=False),
        sa.Column("lockout_attempts", sa.Integer(), nullable=False),
        sa.Column("lockout_minutes", sa.Integer(), nullable=False),
        sa.Column("allow_self_enrollment", sa.Boolean(), nullable=False),
        sa.Column("allow_void_transactions", sa.Boolean(), nullable=False),
        sa.Column("allow_cross_location_redemption", sa.Boolean(), nullable=False),
        sa.Column("require_order_reference", sa.Boolean(), nullable=False),
        sa.Column("log_ip_addresses", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "staff_pin_policy IN ('required', 'optional', 'disabled')", name=op.f("ck_policies_staff_pin_policy")
        ),
        sa.CheckConstraint("lockout_attempts BETWEEN 1 AND 20", name=op.f("ck_policies_lockout_attempts")),
        sa.CheckConstraint("lockout_minutes BETWEEN 1 AND 1440", name=op.f("ck_policies_lockout_minutes")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_policies_merchant_id_merchants"),
        sa.PrimaryKeyConstraint("merchant_id", name="pk_policies"),
    )
    op.create_table(
        "programs",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("card_name", sa.String(length=100), nullable=False),
        sa.Column("card_color", sa.String(length=7), nullable=False),
        sa.Column("logo_url", sa.Text(), nullable=True),
        sa.Column("terms_text", postgresql.JSONB(), nullable=False),
        sa.Column("terms_url", sa.Text(), nullable=True),
        sa.Column("privacy_url", sa.Text(), nullable=True),
        sa.Column("default_language", sa.String(length=5), nullable=False),
        sa.Column("terms_version", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("card_color ~ '^#[0-9A-Fa-f]{6}$'", name=op.f("ck_programs_card_color")),
        sa.CheckConstraint("type IN ('stamps', 'points', 'hybrid')", name=op.f("ck_programs_type")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_programs_merchant_id_merchants"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_programs"),
        sa.UniqueConstraint("merchant_id", name="uq_programs_merchant_id"),
    )
    op.create_table(
        "stores",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_stores_merchant_id_merchants"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_stores"),
        sa.UniqueConstraint("merchant_id", "code", name="uq_stores_merchant_id"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_norm", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(merchant_id IS NULL) = (role IN ('super_admin', 'platform_admin'))", name=op.f("ck_users_merchant")
        ),
        sa.CheckConstraint(
            "role IN ('super_admin', 'platform_admin', 'merchant_owner', 'store_member')", name=op.f("ck_users_role")
        ),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchants.id"], name="fk_users_merchant_id_merchants"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email_norm", name="uq_users_email_norm"),
        sa.UniqueConstraint("merchant_id", "id", name="uq_users_merchant_id"),
    )
    op.create_table(
        "access_tokens",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_access_tokens_user_id_users", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_access_tokens"),
    )
    op.create_index("ix_access_tokens_expires_at", "access_tokens", ["expires_at"], unique=False)
    op.create_index("ix_access_tokens_user_id", "access_tokens", ["user_id"], unique=False)
    op.create_table(
        "cards",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("scope_store_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=15), nullable=False),
        sa.Column("points_balance", sa.BigInteger(), nullable=False),
        sa.Column("debt_points", sa.BigInteger(), nullable=False),
        sa.Column("stamp_count", sa.Integer(), nullable=False),
        sa.Column("carry_numerator", sa.BigInteger(), nullable=False),
        sa.Column("carry_denominator", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("wallet_version", sa.BigInteger(), nullable=False),
        sa.Column("page_version", sa.Integer(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'erased') = (customer_id IS NULL)", name=op.f("ck_cards_customer")),
        sa.CheckConstraint("state IN ('active', 'deactivated', 'merged', 'erased')", name=op.f("ck_cards_state")),
        sa.CheckConstraint("carry_numerator >= 0 AND carry_numerator < carry_denominator", name=op.f("ck_cards_carry")),
        sa.CheckConstraint("debt_points >= 0", name=op.f("ck_cards_debt_points")),
        sa.CheckConstraint("points_balance >= 0", name=op.f("ck_cards_points_balance")),
        sa.CheckConstraint("scope_store_id IS NULL OR scope_store_id = store_id", name=op.f("ck_cards_scope_store")),
        sa.CheckConstraint("stamp_count >= 0", name=op.f("ck_cards_stamp_count")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"], ["customers.merchant_id", "customers.id"], name="fk_customer_id_customers"
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id"], ["programs.merchant_id", "programs.id"], name="fk_program_id_programs"
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "scope_store_id"], ["stores.merchant_id", "stores.id"], name="fk_scope_store_id_stores"
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "store_id"], ["stores.merchant_id", "stores.id"], name="fk_store_id_stores"
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_cards"),
        sa.UniqueConstraint("merchant_id", "code", name="uq_cards_merchant_id"),
    )
    op.create_index(
        "uq_cards_customer_scope",
        "cards",
        ["merchant_id", "customer_id", "scope_store_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("state IN ('active', 'deactivated')"),
    )
    op.create_table(
        "categories",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("name", postgresql.JSONB(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("position BETWEEN 1 AND 10", name=op.f("ck_categories_position")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "store_id"], ["stores.merchant_id", "stores.id"], name="fk_store_id_stores"
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_categories"),
        sa.UniqueConstraint("merchant_id", "store_id", "position", name="uq_categories_merchant_id"),
    )
    op.create_table(
        "customer_words",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("word", sa.String(length=100, collation="C"), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"],
            ["customers.merchant_id", "customers.id"],
            name="fk_customer_id_customers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("merchant_id", "word", "customer_id", name="pk_customer_words"),
    )
    op.create_table(
        "feature_overrides",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("feature", sa.String(length=100), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=True),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "store_id"], ["stores.merchant_id", "stores.id"], name="fk_store_id_stores"
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_feature_overrides"),
        sa.UniqueConstraint(
            "merchant_id",
            "feature",
            "store_id",
            name="uq_feature_overrides_merchant_id",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "rewards",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("name", postgresql.JSONB(), nullable=False),
        sa.Column("description", postgresql.JSONB(), nullable=False),
        sa.Column("points_required", sa.Integer(), nullable=False),
        sa.Column("value_cents", sa.Integer(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("limit_per_card", sa.Integer(), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("limit_per_card > 0", name=op.f("ck_rewards_limit_per_card")),
        sa.CheckConstraint("points_required > 0", name=op.f("ck_rewards_points_required")),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_rewards_stock")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id"], ["programs.merchant_id", "programs.id"], name="fk_program_id_programs"
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_rewards"),
    )
    op.create_table(
        "staff_pins",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("failed_count", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("failed_count >= 0", name=op.f("ck_staff_pins_failed_count")),
        sa.ForeignKeyConstraint(["merchant_id", "user_id"], ["users.merchant_id", "users.id"], name="fk_user_id_users"),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_staff_pins"),
        sa.UniqueConstraint("merchant_id", "user_id", name="uq_staff_pins_merchant_id"),
    )
    op.create_table(
        "store_codes",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "store_id"],
            ["stores.merchant_id", "stores.id"],
            name="fk_store_codes_merchant_id_stores",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("code", name="pk_store_codes"),
    )
    op.create_table(
        "store_members",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("permissions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "store_id"], ["stores.merchant_id", "stores.id"], name="fk_store_id_stores"
        ),
        sa.ForeignKeyConstraint(["merchant_id", "user_id"], ["users.merchant_id", "users.id"], name="fk_user_id_users"),
        sa.PrimaryKeyConstraint("merchant_id", "store_id", "user_id", name="pk_store_members"),
    )
    op.create_table(
        "terms_versions",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("points_numerator", sa.Integer(), nullable=False),
        sa.Column("points_denominator", sa.Integer(), nullable=False),
        sa.Column("minimum_purchase_cents", sa.Integer(), nullable=False),
        sa.Column("minimum_redemption_points", sa.Integer(), nullable=False),
        sa.Column("welcome_bonus_points", sa.Integer(), nullable=False),
        sa.Column("stamps_target", sa.Integer(), nullable=False),
        sa.Column("stamp_reward", postgresql.JSONB(), nullable=False),
        sa.Column("stamp_reward_value_cents", sa.Integer(), nullable=False),
        sa.Column("cooldown_minutes", sa.Integer(), nullable=False),
        sa.Column("max_daily_stamps", sa.Integer(), nullable=False),
        sa.Column("expiry_kind", sa.String(length=15), nullable=False),
        sa.Column("expiry_days", sa.Integer(), nullable=True),
        sa.Column("expiry_period", sa.String(length=10), nullable=True),
        sa.Column("return_policy", sa.String(length=15), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(expiry_kind IN ('inactivity', 'rolling')) = (expiry_days IS NOT NULL) AND (expiry_kind = 'end_of_period') = (expiry_period IS NOT NULL)",
            name=op.f("ck_terms_versions_expiry"),
        ),
        sa.CheckConstraint(
            "expiry_kind IN ('none', 'inactivity', 'rolling', 'end_of_period')",
            name=op.f("ck_terms_versions_expiry_kind"),
        ),
        sa.CheckConstraint(
            "expiry_period IN ('month', 'quarter', 'year')", name=op.f("ck_terms_versions_expiry_period")
        ),
        sa.CheckConstraint("return_policy IN ('within_balance', 'debt')", name=op.f("ck_terms_versions_return_policy")),
        sa.CheckConstraint("cooldown_minutes >= 0", name=op.f("ck_terms_versions_cooldown_minutes")),
        sa.CheckConstraint("max_daily_stamps BETWEEN 1 AND 100", name=op.f("ck_terms_versions_max_daily_stamps")),
        sa.CheckConstraint("minimum_purchase_cents >= 0", name=op.f("ck_terms_versions_minimum_purchase_cents")),
        sa.CheckConstraint("minimum_redemption_points >= 0", name=op.f("ck_terms_versions_minimum_redemption_points")),
        sa.CheckConstraint(
            "points_numerator > 0 AND points_denominator > 0 AND points_numerator <= 100 * points_denominator",
            name=op.f("ck_terms_versions_points_per_euro"),
        ),
        sa.CheckConstraint("stamps_target BETWEEN 1 AND 50", name=op.f("ck_terms_versions_stamps_target")),
        sa.CheckConstraint("welcome_bonus_points >= 0", name=op.f("ck_terms_versions_welcome_bonus_points")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id"], ["programs.merchant_id", "programs.id"], name="fk_program_id_programs"
        ),
        sa.PrimaryKeyConstraint("merchant_id", "program_id", "version", name="pk_terms_versions"),
    )
    op.create_table(
        "reward_stores",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("reward_id", sa.Uuid(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "reward_id"],
            ["rewards.merchant_id", "rewards.id"],
            name="fk_reward_id_rewards",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "store_id"],
            ["stores.merchant_id", "stores.id"],
            name="fk_store_id_stores",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("merchant_id", "reward_id", "store_id", name="pk_reward_stores"),
    )
    op.create_table(
        "transactions",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=15), nullable=False),
        sa.Column("unit", sa.String(length=6), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("points_after", sa.BigInteger(), nullable=False),
        sa.Column("stamps_after", sa.Integer(), nullable=False),
        sa.Column("debt_after", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("staff_pin_id", sa.Uuid(), nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        sa.Column("on_behalf_user_id", sa.Uuid(), nullable=True),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("terms_version", sa.Integer(), nullable=False),
        sa.Column("purchase_amount_cents", sa.BigInteger(), nullable=True),
        sa.Column("order_reference", sa.String(length=100), nullable=True),
        sa.Column("reward_id", sa.Uuid(), nullable=True),
        sa.Column("voids_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("idempotency_key", sa.String(length=128), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ip", postgresql.INET(), nullable=True),
        sa.Column("user_agent", sa.String(length=300), nullable=True),
        sa.CheckConstraint(
            "amount <> 0 OR kind IN ('enrolled', 'earned', 'voided', 'expired', 'deactivated', 'reactivated')",
            name=op.f("ck_transactions_amount"),
        ),
        sa.CheckConstraint(
            "kind IN ('enrolled', 'welcome_bonus', 'earned', 'redeemed', 'voided', 'adjusted', 'expired', 'restored', 'transferred', 'deactivated', 'reactivated')",
            name=op.f("ck_transactions_kind"),
        ),
        sa.CheckConstraint("unit IN ('points', 'stamps')", name=op.f("ck_transactions_unit")),
        sa.CheckConstraint(
            "points_after >= 0 AND stamps_after >= 0 AND debt_after >= 0", name=op.f("ck_transactions_balances_after")
        ),
        sa.CheckConstraint("seq > 0", name=op.f("ck_transactions_seq")),
        sa.ForeignKeyConstraint(["merchant_id", "card_id"], ["cards.merchant_id", "cards.id"], name="fk_card_id_cards"),
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id", "terms_version"],
            ["terms_versions.merchant_id", "terms_versions.program_id", "terms_versions.version"],
            name="fk_transactions_merchant_id_terms_versions",
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "reward_id"], ["rewards.merchant_id", "rewards.id"], name="fk_reward_id_rewards"
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "staff_pin_id"],
            ["staff_pins.merchant_id", "staff_pins.id"],
            name="fk_staff_pin_id_staff_pins",
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "store_id"], ["stores.merchant_id", "stores.id"], name="fk_store_id_stores"
        ),
        sa.ForeignKeyConstraint(["merchant_id", "user_id"], ["users.merchant_id", "users.id"], name="fk_user_id_users"),
        sa.ForeignKeyConstraint(
            ["merchant_id", "voids_id"],
            ["transactions.merchant_id", "transactions.id"],
            name="fk_voids_id_transactions",
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_transactions"),
        sa.UniqueConstraint("merchant_id", "card_id", "seq", name="uq_transactions_merchant_id"),
    )
    op.create_index(
        "ix_transactions_store", "transactions", ["merchant_id", "store_id", "recorded_at", "id"], unique=False
    )
    op.create_index(
        "uq_transactions_idempotency_key",
        "transactions",
        ["merchant_id", "idempotency_key"],
        unique=True,
        postgresql_where=sa.text("idempotency_key IS NOT NULL"),
    )
    op.create_index(
        "uq_transactions_order_reference",
        "transactions",
        ["merchant_id", "store_id", "kind", "order_reference"],
        unique=True,
        postgresql_where=sa.text("order_reference IS NOT NULL"),
    )
    op.create_index(
        "uq_transactions_voids_id",
        "transactions",
        ["merchant_id", "voids_id"],
        unique=True,
        postgresql_where=sa.text("voids_id IS NOT NULL"),
    )
    op.create_table(
        "lots",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(length=6), nullable=False),
        sa.Column("original", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idle_days", sa.SmallInteger(), nullable=True),
        sa.Column("has_grace", sa.Boolean(), nullable=False),
        sa.CheckConstraint("unit IN ('points', 'stamps')", name=op.f("ck_lots_unit")),
        sa.CheckConstraint("original > 0 AND remaining BETWEEN 0 AND original", name=op.f("ck_lots_remaining")),
        sa.ForeignKeyConstraint(["merchant_id", "card_id"], ["cards.merchant_id", "cards.id"], name="fk_card_id_cards"),
        sa.ForeignKeyConstraint(
            ["merchant_id", "transaction_id"],
            ["transactions.merchant_id", "transactions.id"],
            name="fk_transaction_id_transactions",
        ),
        sa.PrimaryKeyConstraint("merchant_id", "id", name="pk_lots"),
    )
    op.create_index(
        "ix_lots_open", "lots", ["merchant_id", "card_id"], unique=False, postgresql_where=sa.text("remaining > 0")
    )
    op.create_index("ix_lots_transaction", "lots", ["merchant_id", "transaction_id"], unique=False)
    op.create_table(
        "transaction_categories",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["merchant_id", "category_id"],
            ["categories.merchant_id", "categories.id"],
            name="fk_category_id_categories",
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "transaction_id"],
            ["transactions.merchant_id", "transactions.id"],
            name="fk_transaction_id_transactions",
        ),
        sa.PrimaryKeyConstraint("merchant_id", "transaction_id", "category_id", name="pk_transaction_categories"),
    )
    op.create_table(
        "allocations",
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_allocations_amount")),
        sa.ForeignKeyConstraint(["merchant_id", "lot_id"], ["lots.merchant_id", "lots.id"], name="fk_lot_id_lots"),
        sa.ForeignKeyConstraint(
            ["merchant_id", "transaction_id"],
            ["transactions.merchant_id", "transactions.id"],
            name="fk_transaction_id_transactions",
        ),
        sa.PrimaryKeyConstraint("merchant_id", "transaction_id", "lot_id", name="pk_allocations"),
    )
    op.create_index("ix_allocations_lot", "allocations", ["merchant_id", "lot_id"], unique=False)
    op.create_foreign_key(
        "fk_programs_terms_version",
        "programs",
        "terms_versions",
        ["merchant_id", "id", "terms_version"],
        ["merchant_id", "program_id", "version"],
        initially="DEFERRED",
        deferrable=True,
    )


def downgrade() -> None:
    op.drop_constraint("fk_programs_terms_version", "programs", type_="foreignkey")
    op.drop_index("ix_allocations_lot", table_name="allocations")
    op.drop_table("allocations")
    op.drop_table("transaction_categories")
    op.drop_index("ix_lots_transaction", table_name="lots")
    op.drop_index("ix_lots_open", table_name="lots", postgresql_where=sa.text("remaining > 0"))
    op.drop_table("lots")
    op.drop_index(
        "uq_transactions_voids_id", table_name="transactions", postgresql_where=sa.text("voids_id IS NOT NULL")
    )
    op.drop_index(
        "uq_transactions_order_reference",
        table_name="transactions",
        postgresql_where=sa.text("order_reference IS NOT NULL"),
    )
    op.drop_index(
        "uq_transactions_idempotency_key",
        table_name="transactions",
        postgresql_where=sa.text("idempotency_key IS NOT NULL"),
    )
    op.drop_index("ix_transactions_store", table_name="transactions")
    op.drop_table("transactions")
    op.drop_table("reward_stores")
    op.drop_table("terms_versions")
    op.drop_table("store_members")
    op.drop_table("store_codes")
    op.drop_table("staff_pins")
    op.drop_table("rewards")
    op.drop_table("feature_overrides")
    op.drop_table("customer_words")
    op.drop_table("categories")
    op.drop_index(
        "uq_cards_customer_scope",
        table_name="cards",
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("state IN ('active', 'deactivated')"),
    )
    op.drop_table("cards")
    op.drop_index("ix_access_tokens_user_id", table_name="access_tokens")
    op.drop_index("ix_access_tokens_expires_at", table_name="access_tokens")
    op.drop_table("access_tokens")
    op.drop_table("users")
    op.drop_table("stores")
    op.drop_table("programs")
    op.drop_table("policies")
    op.drop_index("ix_outbox_due", table_name="outbox", postgresql_where=sa.text("dead_at IS NULL"))
    op.drop_table("outbox")
    op.drop_index("ix_email_logs_queued", table_name="email_logs", postgresql_where=sa.text("status = 'queued'"))
    op.drop_index("ix_email_logs_created_at", table_name="email_logs")
    op.drop_table("email_logs")
    op.drop_index("ix_customers_phone", table_name="customers", postgresql_where="phone_norm IS NOT NULL")
    op.drop_table("customers")
    op.drop_index("ix_stored_answers_created_at", table_name="stored_answers")
    op.drop_table("stored_answers")
    op.drop_table("merchants")
    op.drop_table("events")

-- Tables in the order in which they refer to each other. The revision adds rights, policies, functions and triggers.

-- Merchants and their stores.

CREATE TABLE merchants (
  id uuid NOT NULL,
  code varchar(40) NOT NULL,
  name varchar(100) NOT NULL,
  timezone varchar(64) NOT NULL,
  default_language varchar(5) NOT NULL,
  currency varchar(3) NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT pk_merchants PRIMARY KEY (id),
  CONSTRAINT uq_merchants_code UNIQUE (code)
);

CREATE TABLE stores (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  code varchar(40) NOT NULL,
  name varchar(100) NOT NULL,
  timezone varchar(64) NOT NULL,
  is_active boolean NOT NULL,
  created_at timestamptz NOT NULL,
  country varchar(2) NOT NULL DEFAULT 'LU',
  language varchar(5),
  CONSTRAINT pk_stores PRIMARY KEY (merchant_id, id),
  CONSTRAINT uq_stores_merchant_id UNIQUE (merchant_id, code),
  CONSTRAINT fk_stores_merchant_id_merchants FOREIGN KEY (merchant_id) REFERENCES merchants (id),
  CONSTRAINT ck_stores_country CHECK (country ~ '^[A-Z]{2}$')
);

CREATE TABLE store_codes (
  code varchar(40) NOT NULL,
  merchant_id uuid NOT NULL,
  store_id uuid NOT NULL,
  CONSTRAINT pk_store_codes PRIMARY KEY (code),
  CONSTRAINT fk_store_codes_merchant_id_stores FOREIGN KEY (merchant_id, store_id)
    REFERENCES stores (merchant_id, id) ON DELETE CASCADE
);

CREATE TABLE policies (
  merchant_id uuid NOT NULL,
  staff_pin_policy varchar(10) NOT NULL,
  lockout_attempts integer NOT NULL,
  lockout_minutes integer NOT NULL,
  allow_self_enrollment boolean NOT NULL,
  allow_void_transactions boolean NOT NULL,
  allow_cross_location_redemption boolean NOT NULL,
  require_order_reference boolean NOT NULL,
  log_ip_addresses boolean NOT NULL,
  CONSTRAINT pk_policies PRIMARY KEY (merchant_id),
  CONSTRAINT fk_policies_merchant_id_merchants FOREIGN KEY (merchant_id) REFERENCES merchants (id),
  CONSTRAINT ck_policies_lockout_attempts CHECK (lockout_attempts BETWEEN 1 AND 20),
  CONSTRAINT ck_policies_lockout_minutes CHECK (lockout_minutes BETWEEN 1 AND 1440),
  CONSTRAINT ck_policies_staff_pin_policy CHECK (staff_pin_policy IN ('required', 'optional', 'disabled'))
);

CREATE TABLE feature_overrides (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  feature varchar(100) NOT NULL,
  store_id uuid,
  is_enabled boolean NOT NULL,
  CONSTRAINT pk_feature_overrides PRIMARY KEY (merchant_id, id),
  CONSTRAINT uq_feature_overrides_merchant_id UNIQUE NULLS NOT DISTINCT (merchant_id, feature, store_id),
  CONSTRAINT fk_store_id_stores FOREIGN KEY (merchant_id, store_id) REFERENCES stores (merchant_id, id)
);

-- People who sign in.

CREATE TABLE users (
  id uuid NOT NULL,
  merchant_id uuid,
  role varchar(20) NOT NULL,
  email varchar(254) NOT NULL,
  email_norm varchar(254) NOT NULL,
  name varchar(100) NOT NULL,
  language varchar(5),
  password_hash text NOT NULL,
  totp_secret text,
  is_active boolean NOT NULL,
  created_at timestamptz NOT NULL,
  totp_used_step bigint,
  CONSTRAINT pk_users PRIMARY KEY (id),
  CONSTRAINT uq_users_email_norm UNIQUE (email_norm),
  CONSTRAINT uq_users_merchant_id UNIQUE (merchant_id, id),
  CONSTRAINT fk_users_merchant_id_merchants FOREIGN KEY (merchant_id) REFERENCES merchants (id),
  CONSTRAINT ck_users_merchant CHECK ((merchant_id IS NULL) = (role IN ('super_admin', 'platform_admin'))),
  CONSTRAINT ck_users_role CHECK (role IN ('super_admin', 'platform_admin', 'merchant_owner', 'store_member'))
);

CREATE TABLE store_members (
  merchant_id uuid NOT NULL,
  store_id uuid NOT NULL,
  user_id uuid NOT NULL,
  permissions text[] NOT NULL,
  CONSTRAINT pk_store_members PRIMARY KEY (merchant_id, store_id, user_id),
  CONSTRAINT fk_store_id_stores FOREIGN KEY (merchant_id, store_id) REFERENCES stores (merchant_id, id),
  CONSTRAINT fk_user_id_users FOREIGN KEY (merchant_id, user_id) REFERENCES users (merchant_id, id)
);

CREATE TABLE staff_pins (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  verifier text NOT NULL,
  failed_count integer NOT NULL,
  locked_until timestamptz,
  is_active boolean NOT NULL,
  last_used_at timestamptz,
  created_at timestamptz NOT NULL,
  verifying_until timestamptz,
  CONSTRAINT pk_staff_pins PRIMARY KEY (merchant_id, id),
  CONSTRAINT uq_staff_pins_merchant_id UNIQUE (merchant_id, user_id),
  CONSTRAINT fk_user_id_users FOREIGN KEY (merchant_id, user_id) REFERENCES users (merchant_id, id),
  CONSTRAINT ck_staff_pins_failed_count CHECK (failed_count >= 0)
);

CREATE TABLE access_tokens (
  token_hash bytea NOT NULL,
  user_id uuid NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  id uuid NOT NULL,
  CONSTRAINT pk_access_tokens PRIMARY KEY (token_hash),
  CONSTRAINT uq_access_tokens_id UNIQUE (id),
  CONSTRAINT fk_access_tokens_user_id_users FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX ix_access_tokens_expires_at ON access_tokens (expires_at);
CREATE INDEX ix_access_tokens_user_id ON access_tokens (user_id);

-- Programs.

CREATE TABLE programs (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  type varchar(10) NOT NULL,
  name varchar(100) NOT NULL,
  card_name varchar(100) NOT NULL,
  card_color varchar(7) NOT NULL,
  logo_url text,
  terms_text jsonb NOT NULL,
  terms_url text,
  privacy_url text,
  default_language varchar(5) NOT NULL,
  terms_version integer NOT NULL,
  is_active boolean NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT pk_programs PRIMARY KEY (merchant_id, id),
  CONSTRAINT uq_programs_merchant_id UNIQUE (merchant_id),
  CONSTRAINT fk_programs_merchant_id_merchants FOREIGN KEY (merchant_id) REFERENCES merchants (id),
  CONSTRAINT ck_programs_card_color CHECK (card_color ~ '^#[0-9A-Fa-f]{6}$'),
  CONSTRAINT ck_programs_type CHECK (type IN ('stamps', 'points', 'hybrid'))
);

CREATE TABLE terms_versions (
  merchant_id uuid NOT NULL,
  program_id uuid NOT NULL,
  version integer NOT NULL,
  points_numerator integer NOT NULL,
  points_denominator integer NOT NULL,
  minimum_purchase_cents integer NOT NULL,
  minimum_redemption_points integer NOT NULL,
  welcome_bonus_points integer NOT NULL,
  stamps_target integer NOT NULL,
  stamp_reward jsonb NOT NULL,
  stamp_reward_value_cents integer NOT NULL,
  cooldown_minutes integer NOT NULL,
  max_daily_stamps integer NOT NULL,
  expiry_kind varchar(15) NOT NULL,
  expiry_days integer,
  expiry_period varchar(10),
  return_policy varchar(15) NOT NULL,
  published_at timestamptz NOT NULL,
  CONSTRAINT pk_terms_versions PRIMARY KEY (merchant_id, program_id, version),
  CONSTRAINT fk_program_id_programs FOREIGN KEY (merchant_id, program_id) REFERENCES programs (merchant_id, id),
  CONSTRAINT ck_terms_versions_cooldown_minutes CHECK (cooldown_minutes >= 0),
  CONSTRAINT ck_terms_versions_expiry
    CHECK ((expiry_kind IN ('inactivity', 'rolling')) = (expiry_days IS NOT NULL)
      AND (expiry_kind = 'end_of_period') = (expiry_period IS NOT NULL)),
  CONSTRAINT ck_terms_versions_expiry_kind
    CHECK (expiry_kind IN ('none', 'inactivity', 'rolling', 'end_of_period')),
  CONSTRAINT ck_terms_versions_expiry_period CHECK (expiry_period IN ('month', 'quarter', 'year')),
  CONSTRAINT ck_terms_versions_max_daily_stamps CHECK (max_daily_stamps BETWEEN 1 AND 100),
  CONSTRAINT ck_terms_versions_minimum_purchase_cents CHECK (minimum_purchase_cents >= 0),
  CONSTRAINT ck_terms_versions_minimum_redemption_points CHECK (minimum_redemption_points >= 0),
  CONSTRAINT ck_terms_versions_points_per_euro
    CHECK (points_numerator > 0 AND points_denominator > 0 AND points_numerator <= 100 * points_denominator),
  CONSTRAINT ck_terms_versions_return_policy CHECK (return_policy IN ('within_balance', 'debt')),
  CONSTRAINT ck_terms_versions_stamps_target CHECK (stamps_target BETWEEN 1 AND 50),
  CONSTRAINT ck_terms_versions_welcome_bonus_points CHECK (welcome_bonus_points >= 0)
);

CREATE TABLE program_previews (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  program_id uuid NOT NULL,
  draft jsonb NOT NULL,
  requested_by uuid NOT NULL,
  state varchar(10) NOT NULL,
  cards_done integer NOT NULL,
  cards_total integer NOT NULL,
  result jsonb,
  error text,
  created_at timestamptz NOT NULL,
  heartbeat_at timestamptz,
  finished_at timestamptz,
  CONSTRAINT pk_program_previews PRIMARY KEY (merchant_id, id),
  CONSTRAINT fk_program_id_programs FOREIGN KEY (merchant_id, program_id) REFERENCES programs (merchant_id, id),
  CONSTRAINT ck_program_previews_state CHECK (state IN ('queued', 'running', 'done', 'failed'))
);

CREATE TABLE categories (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  store_id uuid NOT NULL,
  name jsonb NOT NULL,
  position smallint NOT NULL,
  is_active boolean NOT NULL,
  CONSTRAINT pk_categories PRIMARY KEY (merchant_id, id),
  CONSTRAINT uq_categories_merchant_id UNIQUE (merchant_id, store_id, "position"),
  CONSTRAINT fk_store_id_stores FOREIGN KEY (merchant_id, store_id) REFERENCES stores (merchant_id, id),
  CONSTRAINT ck_categories_position CHECK (position BETWEEN 1 AND 10)
);

CREATE TABLE rewards (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  program_id uuid NOT NULL,
  name jsonb NOT NULL,
  description jsonb NOT NULL,
  points_required integer NOT NULL,
  value_cents integer NOT NULL,
  stock integer,
  limit_per_card integer,
  is_active boolean NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT pk_rewards PRIMARY KEY (merchant_id, id),
  CONSTRAINT fk_program_id_programs FOREIGN KEY (merchant_id, program_id) REFERENCES programs (merchant_id, id),
  CONSTRAINT ck_rewards_limit_per_card CHECK (limit_per_card > 0),
  CONSTRAINT ck_rewards_points_required CHECK (points_required > 0),
  CONSTRAINT ck_rewards_stock CHECK (stock >= 0)
);

CREATE TABLE reward_stores (
  merchant_id uuid NOT NULL,
  reward_id uuid NOT NULL,
  store_id uuid NOT NULL,
  CONSTRAINT pk_reward_stores PRIMARY KEY (merchant_id, reward_id, store_id),
  CONSTRAINT fk_reward_id_rewards FOREIGN KEY (merchant_id, reward_id)
    REFERENCES rewards (merchant_id, id) ON DELETE CASCADE,
  CONSTRAINT fk_store_id_stores FOREIGN KEY (merchant_id, store_id)
    REFERENCES stores (merchant_id, id) ON DELETE CASCADE
);

CREATE TABLE fraud_limits (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  scope varchar(10) NOT NULL,
  measure varchar(15) NOT NULL,
  window_minutes integer NOT NULL,
  maximum bigint NOT NULL,
  CONSTRAINT pk_fraud_limits PRIMARY KEY (merchant_id, id),
  CONSTRAINT uq_fraud_limits_merchant_id UNIQUE (merchant_id, scope, measure, window_minutes),
  CONSTRAINT fk_fraud_limits_merchant_id_merchants FOREIGN KEY (merchant_id) REFERENCES merchants (id),
  CONSTRAINT ck_fraud_limits_maximum CHECK (maximum >= 0),
  CONSTRAINT ck_fraud_limits_measure
    CHECK (measure IN ('earns', 'points_earned', 'stamps', 'redemptions', 'points_redeemed')),
  CONSTRAINT ck_fraud_limits_scope CHECK (scope IN ('card', 'staff_pin', 'device', 'store')),
  CONSTRAINT ck_fraud_limits_window_minutes CHECK (window_minutes BETWEEN 1 AND 44640)
);

ALTER TABLE programs ADD CONSTRAINT fk_programs_terms_version
  FOREIGN KEY (merchant_id, id, terms_version) REFERENCES terms_versions (merchant_id, program_id, version)
  DEFERRABLE INITIALLY DEFERRED;

-- Customers and cards.

CREATE TABLE customers (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  email varchar(254) NOT NULL,
  email_norm varchar(254) NOT NULL,
  first_name varchar(100),
  last_name varchar(100),
  phone varchar(30),
  phone_norm varchar(16) COLLATE "C",
  birth_date date,
  language varchar(5) NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT pk_customers PRIMARY KEY (merchant_id, id),
  CONSTRAINT uq_customers_merchant_id UNIQUE (merchant_id, email_norm),
  CONSTRAINT fk_customers_merchant_id_merchants FOREIGN KEY (merchant_id) REFERENCES merchants (id)
);
CREATE INDEX ix_customers_phone ON customers (merchant_id, phone_norm) WHERE phone_norm IS NOT NULL;

CREATE TABLE customer_words (
  merchant_id uuid NOT NULL,
  word varchar(100) COLLATE "C" NOT NULL,
  customer_id uuid NOT NULL,
  CONSTRAINT pk_customer_words PRIMARY KEY (merchant_id, word, customer_id),
  CONSTRAINT fk_customer_id_customers FOREIGN KEY (merchant_id, customer_id)
    REFERENCES customers (merchant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_customer_words_customer ON customer_words (merchant_id, customer_id, word);

CREATE TABLE cards (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  code varchar(16) NOT NULL,
  customer_id uuid,
  program_id uuid NOT NULL,
  store_id uuid NOT NULL,
  scope_store_id uuid,
  state varchar(15) NOT NULL,
  points_balance bigint NOT NULL,
  debt_points bigint NOT NULL,
  stamp_count integer NOT NULL,
  carry_numerator bigint NOT NULL,
  carry_denominator bigint NOT NULL,
  last_seq integer NOT NULL,
  version bigint NOT NULL,
  wallet_version bigint NOT NULL,
  page_version integer NOT NULL,
  enrolled_at timestamptz NOT NULL,
  last_activity_at timestamptz NOT NULL,
  merged_into_id uuid,
  last_digest bytea,
  frozen_at timestamptz,
  warned_until timestamptz,
  erased_at timestamptz,
  CONSTRAINT pk_cards PRIMARY KEY (merchant_id, id),
  CONSTRAINT uq_cards_merchant_id UNIQUE (merchant_id, code),
  CONSTRAINT fk_customer_id_customers FOREIGN KEY (merchant_id, customer_id)
    REFERENCES customers (merchant_id, id),
  CONSTRAINT fk_merged_into_id_cards FOREIGN KEY (merchant_id, merged_into_id) REFERENCES cards (merchant_id, id),
  CONSTRAINT fk_program_id_programs FOREIGN KEY (merchant_id, program_id) REFERENCES programs (merchant_id, id),
  CONSTRAINT fk_scope_store_id_stores FOREIGN KEY (merchant_id, scope_store_id)
    REFERENCES stores (merchant_id, id),
  CONSTRAINT fk_store_id_stores FOREIGN KEY (merchant_id, store_id) REFERENCES stores (merchant_id, id),
  CONSTRAINT ck_cards_carry CHECK (carry_denominator > 0),
  CONSTRAINT ck_cards_customer CHECK ((state = 'erased') = (customer_id IS NULL)),
  CONSTRAINT ck_cards_debt_points CHECK (debt_points >= 0),
  CONSTRAINT ck_cards_erased_at CHECK ((state = 'erased') = (erased_at IS NOT NULL)),
  CONSTRAINT ck_cards_merged_into CHECK ((state = 'merged') = (merged_into_id IS NOT NULL)),
  CONSTRAINT ck_cards_points_balance CHECK (points_balance >= 0),
  CONSTRAINT ck_cards_scope_store CHECK (scope_store_id IS NULL OR scope_store_id = store_id),
  CONSTRAINT ck_cards_stamp_count CHECK (stamp_count >= 0),
  CONSTRAINT ck_cards_state CHECK (state IN ('active', 'deactivated', 'merged', 'erased'))
);
CREATE INDEX ix_cards_idle ON cards (merchant_id, last_activity_at, id) WHERE points_balance > 0;
CREATE INDEX ix_cards_merged_customer ON cards (merchant_id, customer_id) WHERE merged_into_id IS NOT NULL;
CREATE INDEX ix_cards_merged_into ON cards (merchant_id, merged_into_id) WHERE merged_into_id IS NOT NULL;
CREATE UNIQUE INDEX uq_cards_customer_scope ON cards (merchant_id, customer_id, scope_store_id) NULLS NOT DISTINCT
  WHERE state IN ('active', 'deactivated');

CREATE TABLE card_merges (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  merged_card_id uuid NOT NULL,
  kept_card_id uuid NOT NULL,
  user_id uuid,
  on_behalf_user_id uuid,
  reason text NOT NULL,
  debt_points bigint NOT NULL,
  carry_numerator bigint NOT NULL,
  carry_denominator bigint NOT NULL,
  merged_at timestamptz NOT NULL,
  reversible_until timestamptz NOT NULL,
  reversed_at timestamptz,
  shared text[] NOT NULL,
  CONSTRAINT pk_card_merges PRIMARY KEY (merchant_id, id),
  CONSTRAINT fk_kept_card_id_cards FOREIGN KEY (merchant_id, kept_card_id) REFERENCES cards (merchant_id, id),
  CONSTRAINT fk_merged_card_id_cards FOREIGN KEY (merchant_id, merged_card_id) REFERENCES cards (merchant_id, id),
  CONSTRAINT fk_user_id_users FOREIGN KEY (merchant_id, user_id) REFERENCES users (merchant_id, id),
  CONSTRAINT ck_card_merges_debt_points CHECK (debt_points >= 0),
  CONSTRAINT ck_card_merges_two_cards CHECK (merged_card_id <> kept_card_id)
);
CREATE INDEX ix_card_merges_kept ON card_merges (merchant_id, kept_card_id);
CREATE INDEX ix_card_merges_merged ON card_merges (merchant_id, merged_card_id);

CREATE TABLE retired_codes (
  merchant_id uuid NOT NULL,
  code varchar(16) NOT NULL,
  card_id uuid NOT NULL,
  user_id uuid,
  on_behalf_user_id uuid,
  reason text NOT NULL,
  retired_at timestamptz NOT NULL,
  CONSTRAINT pk_retired_codes PRIMARY KEY (merchant_id, code),
  CONSTRAINT fk_card_id_cards FOREIGN KEY (merchant_id, card_id) REFERENCES cards (merchant_id, id),
  CONSTRAINT fk_user_id_users FOREIGN KEY (merchant_id, user_id) REFERENCES users (merchant_id, id)
);
CREATE INDEX ix_retired_codes_card ON retired_codes (merchant_id, card_id);

CREATE TABLE card_link_questions (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  email_norm text NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT pk_card_link_questions PRIMARY KEY (merchant_id, id),
  CONSTRAINT fk_card_link_questions_merchant_id_merchants FOREIGN KEY (merchant_id) REFERENCES merchants (id)
);

-- The ledger.

CREATE TABLE holds (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  card_id uuid NOT NULL,
  store_id uuid NOT NULL,
  user_id uuid,
  device_id uuid,
  reward_id uuid,
  unit varchar(6) NOT NULL,
  amount bigint NOT NULL,
  quantity smallint NOT NULL,
  state varchar(10) NOT NULL,
  reserved_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  settled_at timestamptz,
  CONSTRAINT pk_holds PRIMARY KEY (merchant_id, id),
  CONSTRAINT fk_card_id_cards FOREIGN KEY (merchant_id, card_id) REFERENCES cards (merchant_id, id),
  CONSTRAINT fk_reward_id_rewards FOREIGN KEY (merchant_id, reward_id) REFERENCES rewards (merchant_id, id),
  CONSTRAINT fk_store_id_stores FOREIGN KEY (merchant_id, store_id) REFERENCES stores (merchant_id, id),
  CONSTRAINT fk_user_id_users FOREIGN KEY (merchant_id, user_id) REFERENCES users (merchant_id, id),
  CONSTRAINT ck_holds_amount CHECK (amount > 0 AND quantity > 0),
  CONSTRAINT ck_holds_settled_at CHECK ((state = 'reserved') = (settled_at IS NULL)),
  CONSTRAINT ck_holds_state CHECK (state IN ('reserved', 'confirmed', 'released', 'timed_out')),
  CONSTRAINT ck_holds_unit CHECK (unit IN ('points', 'stamps'))
);
CREATE INDEX ix_holds_card ON holds (merchant_id, card_id, reserved_at);
CREATE INDEX ix_holds_due ON holds (merchant_id, expires_at) WHERE state = 'reserved';

CREATE TABLE transactions (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  card_id uuid NOT NULL,
  seq integer NOT NULL,
  kind varchar(15) NOT NULL,
  unit varchar(6) NOT NULL,
  amount bigint NOT NULL,
  points_after bigint NOT NULL,
  stamps_after integer NOT NULL,
  debt_after bigint NOT NULL,
  store_id uuid,
  user_id uuid,
  staff_pin_id uuid,
  device_id uuid,
  on_behalf_user_id uuid,
  program_id uuid NOT NULL,
  terms_version integer NOT NULL,
  purchase_amount_cents bigint,
  order_reference varchar(100),
  reward_id uuid,
  voids_id uuid,
  reason text,
  notes text,
  idempotency_key varchar(128),
  occurred_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL,
  ip inet,
  user_agent varchar(300),
  quantity smallint,
  reversed_points bigint,
  hold_id uuid,
  override_user_id uuid,
  digest bytea NOT NULL,
  sign_in_id uuid,
  CONSTRAINT pk_transactions PRIMARY KEY (merchant_id, id),
  CONSTRAINT uq_transactions_merchant_id UNIQUE (merchant_id, card_id, seq),
  CONSTRAINT fk_card_id_cards FOREIGN KEY (merchant_id, card_id) REFERENCES cards (merchant_id, id),
  CONSTRAINT fk_hold_id_holds FOREIGN KEY (merchant_id, hold_id) REFERENCES holds (merchant_id, id),
  CONSTRAINT fk_override_user_id_users FOREIGN KEY (merchant_id, override_user_id)
    REFERENCES users (merchant_id, id),
  CONSTRAINT fk_reward_id_rewards FOREIGN KEY (merchant_id, reward_id) REFERENCES rewards (merchant_id, id),
  CONSTRAINT fk_staff_pin_id_staff_pins FOREIGN KEY (merchant_id, staff_pin_id)
    REFERENCES staff_pins (merchant_id, id),
  CONSTRAINT fk_store_id_stores FOREIGN KEY (merchant_id, store_id) REFERENCES stores (merchant_id, id),
  CONSTRAINT fk_transactions_merchant_id_terms_versions FOREIGN KEY (merchant_id, program_id, terms_version)
    REFERENCES terms_versions (merchant_id, program_id, version),
  CONSTRAINT fk_user_id_users FOREIGN KEY (merchant_id, user_id) REFERENCES users (merchant_id, id),
  CONSTRAINT fk_voids_id_transactions FOREIGN KEY (merchant_id, voids_id)
    REFERENCES transactions (merchant_id, id),
  CONSTRAINT ck_transactions_amount
    CHECK (amount <> 0 OR kind IN (
      'enrolled', 'earned', 'voided', 'reinstated', 'expired', 'transferred', 'deactivated', 'reactivated')),
  CONSTRAINT ck_transactions_balances_after CHECK (points_after >= 0 AND stamps_after >= 0 AND debt_after >= 0),
  CONSTRAINT ck_transactions_kind
    CHECK (kind IN (
      'enrolled', 'welcome_bonus', 'earned', 'redeemed', 'voided', 'reinstated', 'adjusted', 'expired', 'restored',
      'transferred', 'deactivated', 'reactivated')),
  CONSTRAINT ck_transactions_quantity CHECK (quantity > 0),
  CONSTRAINT ck_transactions_reversed
    CHECK (reversed_points IS NULL OR (reversed_points >= 0 AND voids_id IS NOT NULL)),
  CONSTRAINT ck_transactions_seq CHECK (seq > 0),
  CONSTRAINT ck_transactions_unit CHECK (unit IN ('points', 'stamps'))
);
CREATE INDEX ix_transactions_device ON transactions (merchant_id, device_id, recorded_at) WHERE device_id IS NOT NULL;
CREATE INDEX ix_transactions_reward ON transactions (merchant_id, card_id, reward_id) WHERE reward_id IS NOT NULL;
CREATE INDEX ix_transactions_store ON transactions (merchant_id, store_id, recorded_at, id);
CREATE INDEX ix_transactions_user ON transactions (merchant_id, user_id, recorded_at) WHERE user_id IS NOT NULL;
CREATE INDEX ix_transactions_voids_id ON transactions (merchant_id, voids_id) WHERE voids_id IS NOT NULL;
CREATE UNIQUE INDEX uq_transactions_idempotency_key ON transactions (merchant_id, idempotency_key)
  WHERE idempotency_key IS NOT NULL;

CREATE TABLE transaction_categories (
  merchant_id uuid NOT NULL,
  transaction_id uuid NOT NULL,
  category_id uuid NOT NULL,
  CONSTRAINT pk_transaction_categories PRIMARY KEY (merchant_id, transaction_id, category_id),
  CONSTRAINT fk_category_id_categories FOREIGN KEY (merchant_id, category_id)
    REFERENCES categories (merchant_id, id),
  CONSTRAINT fk_transaction_id_transactions FOREIGN KEY (merchant_id, transaction_id)
    REFERENCES transactions (merchant_id, id)
);

CREATE TABLE order_references (
  merchant_id uuid NOT NULL,
  transaction_id uuid NOT NULL,
  store_id uuid NOT NULL,
  kind varchar(15) NOT NULL,
  folded text NOT NULL,
  is_live boolean NOT NULL,
  CONSTRAINT pk_order_references PRIMARY KEY (merchant_id, transaction_id),
  CONSTRAINT fk_order_references_store_id_stores FOREIGN KEY (merchant_id, store_id)
    REFERENCES stores (merchant_id, id),
  CONSTRAINT fk_order_references_transaction_id_transactions FOREIGN KEY (merchant_id, transaction_id)
    REFERENCES transactions (merchant_id, id)
);
CREATE INDEX ix_order_references_folded ON order_references (merchant_id, folded);
CREATE UNIQUE INDEX uq_order_references_live ON order_references (merchant_id, store_id, kind, folded) WHERE is_live;

CREATE TABLE lots (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  card_id uuid NOT NULL,
  transaction_id uuid NOT NULL,
  unit varchar(6) NOT NULL,
  original bigint NOT NULL,
  remaining bigint NOT NULL,
  expires_at timestamptz,
  idle_days smallint,
  has_grace boolean NOT NULL,
  from_lot_id uuid,
  CONSTRAINT pk_lots PRIMARY KEY (merchant_id, id),
  CONSTRAINT fk_card_id_cards FOREIGN KEY (merchant_id, card_id) REFERENCES cards (merchant_id, id),
  CONSTRAINT fk_from_lot_id_lots FOREIGN KEY (merchant_id, from_lot_id) REFERENCES lots (merchant_id, id),
  CONSTRAINT fk_transaction_id_transactions FOREIGN KEY (merchant_id, transaction_id)
    REFERENCES transactions (merchant_id, id),
  CONSTRAINT ck_lots_remaining CHECK (original > 0 AND remaining BETWEEN 0 AND original),
  CONSTRAINT ck_lots_unit CHECK (unit IN ('points', 'stamps'))
);
CREATE INDEX ix_lots_due ON lots (merchant_id, expires_at, card_id) WHERE remaining > 0;
CREATE INDEX ix_lots_from_lot ON lots (merchant_id, from_lot_id) WHERE from_lot_id IS NOT NULL;
CREATE INDEX ix_lots_open ON lots (merchant_id, card_id) WHERE remaining > 0;
CREATE INDEX ix_lots_transaction ON lots (merchant_id, transaction_id);

CREATE TABLE allocations (
  merchant_id uuid NOT NULL,
  transaction_id uuid NOT NULL,
  lot_id uuid NOT NULL,
  amount bigint NOT NULL,
  CONSTRAINT pk_allocations PRIMARY KEY (merchant_id, transaction_id, lot_id),
  CONSTRAINT fk_lot_id_lots FOREIGN KEY (merchant_id, lot_id) REFERENCES lots (merchant_id, id),
  CONSTRAINT fk_transaction_id_transactions FOREIGN KEY (merchant_id, transaction_id)
    REFERENCES transactions (merchant_id, id),
  CONSTRAINT ck_allocations_amount CHECK (amount <> 0)
);
CREATE INDEX ix_allocations_lot ON allocations (merchant_id, lot_id);

CREATE TABLE stored_answers (
  merchant_id uuid NOT NULL,
  key varchar(128) NOT NULL,
  fingerprint bytea NOT NULL,
  status smallint NOT NULL,
  body text NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT pk_stored_answers PRIMARY KEY (merchant_id, key)
);
CREATE INDEX ix_stored_answers_created_at ON stored_answers (created_at);

-- Wallets.

CREATE SEQUENCE apple_update_tags;

CREATE TABLE wallet_links (
  merchant_id uuid NOT NULL,
  card_id uuid NOT NULL,
  provider varchar(6) NOT NULL,
  external_id text NOT NULL,
  status varchar(7) NOT NULL,
  synced_version bigint NOT NULL,
  payload_hash bytea,
  notify varchar(20),
  waiting_since timestamptz,
  lease_token uuid,
  lease_until timestamptz,
  attempts smallint NOT NULL,
  next_attempt_at timestamptz,
  last_error_code varchar(100),
  last_error text,
  failed_at timestamptz,
  saved_by_user boolean,
  synced_at timestamptz,
  created_at timestamptz NOT NULL,
  CONSTRAINT pk_wallet_links PRIMARY KEY (merchant_id, card_id, provider),
  CONSTRAINT uq_wallet_links_merchant_id UNIQUE (merchant_id, provider, external_id),
  CONSTRAINT fk_card_id_cards FOREIGN KEY (merchant_id, card_id)
    REFERENCES cards (merchant_id, id) ON DELETE CASCADE,
  CONSTRAINT ck_wallet_links_lease CHECK ((lease_token IS NULL) = (lease_until IS NULL)),
  CONSTRAINT ck_wallet_links_notify CHECK (notify IN ('reward_ready', 'points_expiring')),
  CONSTRAINT ck_wallet_links_provider CHECK (provider IN ('google', 'apple')),
  CONSTRAINT ck_wallet_links_status CHECK (status IN ('active', 'failed', 'removed'))
);

CREATE TABLE wallet_notifications (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  card_id uuid NOT NULL,
  provider varchar(6) NOT NULL,
  reason varchar(20) NOT NULL,
  sent_at timestamptz NOT NULL,
  CONSTRAINT pk_wallet_notifications PRIMARY KEY (merchant_id, id),
  CONSTRAINT fk_card_id_cards FOREIGN KEY (merchant_id, card_id)
    REFERENCES cards (merchant_id, id) ON DELETE CASCADE,
  CONSTRAINT ck_wallet_notifications_provider CHECK (provider IN ('google', 'apple')),
  CONSTRAINT ck_wallet_notifications_reason CHECK (reason IN ('reward_ready', 'points_expiring'))
);
CREATE INDEX ix_wallet_notifications_card ON wallet_notifications (merchant_id, card_id, provider, sent_at);

CREATE TABLE apple_passes (
  serial uuid NOT NULL,
  merchant_id uuid NOT NULL,
  card_id uuid NOT NULL,
  auth_token text NOT NULL,
  update_tag bigint NOT NULL,
  last_modified timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT pk_apple_passes PRIMARY KEY (serial),
  CONSTRAINT uq_apple_passes_merchant_id UNIQUE (merchant_id, card_id),
  CONSTRAINT fk_apple_passes_card FOREIGN KEY (merchant_id, card_id)
    REFERENCES cards (merchant_id, id) ON DELETE CASCADE
);

CREATE TABLE apple_devices (
  id uuid NOT NULL,
  library_id text NOT NULL,
  push_token text NOT NULL,
  token_updated_at timestamptz NOT NULL,
  last_push_at timestamptz,
  is_known boolean NOT NULL,
  CONSTRAINT pk_apple_devices PRIMARY KEY (id),
  CONSTRAINT uq_apple_devices_library_id UNIQUE (library_id)
);
CREATE INDEX ix_apple_devices_push_token ON apple_devices (push_token);

CREATE TABLE apple_registrations (
  device_id uuid NOT NULL,
  serial uuid NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT pk_apple_registrations PRIMARY KEY (device_id, serial),
  CONSTRAINT fk_apple_registrations_device_id_apple_devices FOREIGN KEY (device_id)
    REFERENCES apple_devices (id) ON DELETE CASCADE,
  CONSTRAINT fk_apple_registrations_serial_apple_passes FOREIGN KEY (serial)
    REFERENCES apple_passes (serial) ON DELETE CASCADE
);
CREATE INDEX ix_apple_registrations_serial ON apple_registrations (serial);

CREATE TABLE google_programs (
  class_id text NOT NULL,
  merchant_id uuid NOT NULL,
  program_id uuid NOT NULL,
  payload_hash bytea NOT NULL,
  review_status varchar(12) NOT NULL,
  synced_at timestamptz NOT NULL,
  CONSTRAINT pk_google_programs PRIMARY KEY (class_id),
  CONSTRAINT uq_google_programs_merchant_id UNIQUE (merchant_id, program_id),
  CONSTRAINT fk_google_programs_program FOREIGN KEY (merchant_id, program_id)
    REFERENCES programs (merchant_id, id) ON DELETE CASCADE,
  CONSTRAINT ck_google_programs_review_status CHECK (review_status IN ('under_review', 'approved', 'rejected'))
);

CREATE TABLE google_callbacks (
  nonce text NOT NULL,
  object_id text NOT NULL,
  event varchar(100) NOT NULL,
  expires_at timestamptz NOT NULL,
  CONSTRAINT pk_google_callbacks PRIMARY KEY (nonce)
);
CREATE INDEX ix_google_callbacks_expires_at ON google_callbacks (expires_at);

CREATE TABLE pass_images (
  hash varchar(64) NOT NULL,
  media_type varchar(40) NOT NULL,
  body bytea NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT pk_pass_images PRIMARY KEY (hash),
  CONSTRAINT ck_pass_images_hash CHECK (length(hash) = 64)
);

-- Events, mails, tasks.

CREATE TABLE events (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  name varchar(100) NOT NULL,
  data jsonb NOT NULL,
  occurred_at timestamptz NOT NULL,
  CONSTRAINT pk_events PRIMARY KEY (merchant_id, id)
);

CREATE TABLE outbox (
  id uuid NOT NULL,
  merchant_id uuid NOT NULL,
  event_name varchar(100) NOT NULL,
  available_at timestamptz NOT NULL,
  attempts smallint NOT NULL DEFAULT 0,
  reactions_done text[] NOT NULL DEFAULT '{}',
  last_error text,
  dead_at timestamptz,
  CONSTRAINT pk_outbox PRIMARY KEY (id),
  CONSTRAINT fk_outbox_merchant_id_merchants FOREIGN KEY (merchant_id) REFERENCES merchants (id)
);
CREATE INDEX ix_outbox_due ON outbox (available_at) WHERE dead_at IS NULL;

CREATE TABLE email_logs (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  template_code varchar(100) NOT NULL,
  language varchar(5) NOT NULL,
  recipient varchar(254) NOT NULL,
  subject text NOT NULL,
  body_text text NOT NULL,
  status varchar(10) NOT NULL,
  attempts smallint NOT NULL,
  available_at timestamptz NOT NULL,
  provider varchar(20),
  host varchar(255),
  sender varchar(320),
  error text,
  created_at timestamptz NOT NULL,
  sent_at timestamptz,
  card_id uuid,
  CONSTRAINT pk_email_logs PRIMARY KEY (merchant_id, id),
  CONSTRAINT fk_card_id_cards FOREIGN KEY (merchant_id, card_id) REFERENCES cards (merchant_id, id),
  CONSTRAINT fk_email_logs_merchant_id_merchants FOREIGN KEY (merchant_id) REFERENCES merchants (id),
  CONSTRAINT ck_email_logs_status CHECK (status IN ('queued', 'sent', 'failed'))
);
CREATE INDEX ix_email_logs_created_at ON email_logs (merchant_id, created_at);
CREATE INDEX ix_email_logs_queued ON email_logs (merchant_id, available_at) WHERE status = 'queued';

CREATE TABLE platform_mails (
  id uuid NOT NULL,
  occasion text,
  template_code varchar(100) NOT NULL,
  language varchar(5) NOT NULL,
  recipient varchar(254) NOT NULL,
  subject text NOT NULL,
  body_text text NOT NULL,
  status varchar(10) NOT NULL,
  attempts smallint NOT NULL,
  available_at timestamptz NOT NULL,
  provider varchar(20),
  host varchar(255),
  sender varchar(320),
  error text,
  created_at timestamptz NOT NULL,
  sent_at timestamptz,
  CONSTRAINT pk_platform_mails PRIMARY KEY (id),
  CONSTRAINT uq_platform_mails_occasion UNIQUE (occasion, recipient),
  CONSTRAINT ck_platform_mails_status CHECK (status IN ('queued', 'sent', 'failed'))
);
CREATE INDEX ix_platform_mails_queued ON platform_mails (available_at) WHERE status = 'queued';

CREATE TABLE mail_allowances (
  recipient bytea NOT NULL,
  sent_at timestamptz[] NOT NULL,
  last_sent_at timestamptz,
  CONSTRAINT pk_mail_allowances PRIMARY KEY (recipient)
);

CREATE TABLE task_runs (
  id uuid NOT NULL,
  name varchar(100) NOT NULL,
  merchant_id uuid,
  requested_by uuid,
  arguments jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  started_at timestamptz,
  heartbeat_at timestamptz,
  finished_at timestamptz,
  done integer NOT NULL DEFAULT 0,
  total integer,
  counts jsonb NOT NULL DEFAULT '{}',
  failures jsonb NOT NULL DEFAULT '{}',
  error text,
  CONSTRAINT pk_task_runs PRIMARY KEY (id),
  CONSTRAINT fk_task_runs_merchant_id_merchants FOREIGN KEY (merchant_id)
    REFERENCES merchants (id) ON DELETE CASCADE,
  CONSTRAINT fk_task_runs_requested_by_users FOREIGN KEY (requested_by) REFERENCES users (id) ON DELETE SET NULL
);
CREATE INDEX ix_task_runs_created_at ON task_runs (created_at);
CREATE INDEX ix_task_runs_name ON task_runs (name, created_at);

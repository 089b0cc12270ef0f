-- Removes customers that are marked as test, with all rows about their cards, and counts them by table. Only the owner of
-- the tables may: the application has no right to delete what is written. A customer who is not marked ends it with an
-- error, and a row that somebody else's row refers to does as well. What they have tried is kept: walked_steps.
CREATE FUNCTION remove_test_customers(p_merchant uuid, p_customers uuid[]) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_cards uuid[];
  v_transactions uuid[];
  v_removed jsonb := '{}';
  v_table text;
  v_which text;
  v_rows bigint;
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  PERFORM FROM customers cu WHERE cu.merchant_id = p_merchant AND cu.id = ANY (p_customers) ORDER BY cu.id FOR UPDATE;
  IF EXISTS (SELECT FROM customers cu
             WHERE cu.merchant_id = p_merchant AND cu.id = ANY (p_customers) AND NOT cu.is_test) THEN
    RAISE EXCEPTION 'A customer is not marked as test.' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  -- A booking that is being written ends first, and none begins any more.
  v_cards := ARRAY(SELECT c.id FROM cards c
                   WHERE c.merchant_id = p_merchant AND c.customer_id = ANY (p_customers) ORDER BY c.id FOR UPDATE);
  v_transactions := ARRAY(SELECT t.id FROM transactions t
                          WHERE t.merchant_id = p_merchant AND t.card_id = ANY (v_cards));
  INSERT INTO walked_steps AS w (merchant_id, step, walked_at)
    SELECT p_merchant, s.step, s.walked_at FROM test_customer_steps(p_merchant, p_customers) s
    ON CONFLICT (merchant_id, step) DO UPDATE SET walked_at = greatest(w.walked_at, excluded.walked_at);
  FOR v_table, v_which IN VALUES
    -- What waits would be told of bookings that are gone.
    ('outbox', 'EXISTS (SELECT FROM events e WHERE e.merchant_id = $1 AND e.id = outbox.id
                          AND e.data ->> ''card_id'' = ANY ($2::text[]))'),
    ('device_operations', 'card_id = ANY ($2)'),
    ('email_logs', 'card_id = ANY ($2)'),
    ('wallet_notifications', 'card_id = ANY ($2)'),
    ('wallet_links', 'card_id = ANY ($2)'),
    ('apple_passes', 'card_id = ANY ($2)'),
    ('order_references', 'transaction_id = ANY ($3)'),
    ('transaction_categories', 'transaction_id = ANY ($3)'),
    ('allocations', 'transaction_id = ANY ($3)'),
    ('lots', 'card_id = ANY ($2)'),
    ('transactions', 'card_id = ANY ($2)'),
    ('holds', 'card_id = ANY ($2)'),
    ('card_merges', 'merged_card_id = ANY ($2)'),
    ('retired_codes', 'card_id = ANY ($2)'),
    ('cards', 'id = ANY ($2)'),
    ('customer_words', 'customer_id = ANY ($4)'),
    ('customer_sessions', 'customer_id = ANY ($4)'),
    ('customer_sign_ins', 'customer_id = ANY ($4)'),
    ('customers', 'id = ANY ($4)')
  LOOP
    EXECUTE format('DELETE FROM %I WHERE merchant_id = $1 AND %s', v_table, v_which)
      USING p_merchant, v_cards, v_transactions, p_customers;
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    v_removed := v_removed || jsonb_build_object(v_table, v_rows);
  END LOOP;
  RETURN v_removed;
END $$;

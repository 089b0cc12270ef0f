-- When a customer is erased, the connected systems are told to forget them, too. The id of the event is a UUIDv7, as those
-- of all events: their order is that of the ids.
CREATE FUNCTION tell_erased_customer() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  v_now timestamptz := clock_timestamp();
  v_milliseconds bytea := substring(int8send((extract(epoch FROM v_now) * 1000)::bigint) FROM 3);
  v_random bytea := overlay(uuid_send(gen_random_uuid()) PLACING v_milliseconds FROM 1 FOR 6);
  v_event uuid := encode(set_bit(set_bit(v_random, 52, 1), 53, 1), 'hex')::uuid;
BEGIN
  INSERT INTO events (merchant_id, id, name, data, occurred_at)
  VALUES (OLD.merchant_id, v_event, 'customer_data_erased', json_build_object('customer_id', OLD.id), v_now);
  INSERT INTO outbox (id, merchant_id, event_name, available_at)
  VALUES (v_event, OLD.merchant_id, 'customer_data_erased', v_now);
  RETURN NULL;
END $$;

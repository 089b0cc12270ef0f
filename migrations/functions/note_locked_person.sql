-- A person's PIN was locked by wrong attempts from a device. p_most: so many people, and the device is suspended, which is an
-- event. True when this has suspended it.
CREATE FUNCTION note_locked_person(
  p_merchant uuid, p_device uuid, p_user uuid, p_most int, p_event uuid, p_now timestamptz
) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  v_people int;
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  UPDATE devices SET locked_people = array_append(locked_people, p_user)
  WHERE merchant_id = p_merchant AND id = p_device AND NOT p_user = ANY (locked_people)
  RETURNING cardinality(locked_people) INTO v_people;
  IF NOT FOUND OR v_people < p_most THEN
    RETURN false;
  END IF;
  UPDATE devices SET state = 'suspended', suspended_at = p_now, updated_at = p_now, version = version + 1
  WHERE merchant_id = p_merchant AND id = p_device AND state = 'paired';
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO events (merchant_id, id, name, data, occurred_at)
  VALUES (p_merchant, p_event, 'device_locked_people', json_build_object('device_id', p_device), p_now);
  INSERT INTO outbox (id, merchant_id, event_name, available_at)
  VALUES (p_event, p_merchant, 'device_locked_people', p_now);
  RETURN true;
END $$;

-- A person's PIN was locked by wrong attempts from a device. p_most: so many people, and the device is suspended.
-- True when this has suspended it.
CREATE FUNCTION note_locked_person(p_merchant uuid, p_device uuid, p_user uuid, p_most int, p_now timestamptz)
RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  v devices;
BEGIN
  PERFORM set_config('app.merchant_id', p_merchant::text, true);
  UPDATE devices SET locked_people = array_append(locked_people, p_user)
  WHERE merchant_id = p_merchant AND id = p_device AND NOT p_user = ANY (locked_people)
  RETURNING * INTO v;
  IF NOT FOUND OR cardinality(v.locked_people) < p_most THEN
    RETURN false;
  END IF;
  UPDATE devices SET state = 'suspended', suspended_at = p_now, version = version + 1
  WHERE merchant_id = p_merchant AND id = p_device AND state = 'paired';
  RETURN FOUND;
END $$;

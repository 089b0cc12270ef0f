-- How many customers are marked as test, by the code of each merchant that is not itself for trying out.
CREATE FUNCTION count_test_customers() RETURNS TABLE (code varchar, customers bigint)
LANGUAGE plpgsql AS $$
DECLARE
  v_merchant merchants;
BEGIN
  FOR v_merchant IN SELECT * FROM merchants m WHERE NOT m.is_test ORDER BY m.id LOOP
    PERFORM set_config('app.merchant_id', v_merchant.id::text, true);
    RETURN QUERY
      SELECT v_merchant.code, count(*) FROM customers cu
      WHERE cu.merchant_id = v_merchant.id AND cu.is_test
      HAVING count(*) > 0;
  END LOOP;
END $$;

ALTER TABLE returned_erasures DROP COLUMN is_customer;
DROP TABLE erased_traces;

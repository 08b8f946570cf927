DROP INDEX returned_erasures_of_request;
ALTER TABLE returned_erasures DROP COLUMN request_id;
DROP TABLE remainders;

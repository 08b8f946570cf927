DROP INDEX packages_of_request;
ALTER TABLE packages DROP COLUMN request_id;

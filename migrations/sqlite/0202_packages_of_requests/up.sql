-- A package that was made to answer a request is that answer, whatever else the person has made.
ALTER TABLE packages ADD COLUMN request_id BIGINT REFERENCES requests (id) ON DELETE SET NULL;
CREATE INDEX packages_of_request ON packages (request_id) WHERE request_id IS NOT NULL;

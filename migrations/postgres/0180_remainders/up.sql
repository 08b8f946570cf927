-- What a deletion had to leave for a reason that ends, by sealed ids: see src/retention/remainders.
CREATE TABLE remainders (
    request_id BIGINT PRIMARY KEY NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    person_id BIGINT NOT NULL REFERENCES people (id),
    records BYTEA NOT NULL,
    plan BYTEA,
    look_on DATE NOT NULL,
    settled_at TIMESTAMP
);
CREATE INDEX remainders_due ON remainders (look_on, request_id) WHERE settled_at IS NULL;
CREATE INDEX remainders_of ON remainders (person_id);
ALTER TABLE returned_erasures ADD COLUMN request_id BIGINT REFERENCES requests (id) ON DELETE CASCADE;
CREATE INDEX returned_erasures_of_request ON returned_erasures (request_id);

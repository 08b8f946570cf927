-- What corrections wrote, by keyed hashes alone, so that a value which comes back is noticed. The values themselves
-- stay sealed with their request, and both go when it does.
CREATE TABLE corrected_values (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    request_id BIGINT NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    item_id BIGINT NOT NULL REFERENCES request_items (id) ON DELETE CASCADE,
    person_id BIGINT NOT NULL REFERENCES people (id),
    source TEXT NOT NULL,
    dataset TEXT NOT NULL,
    collection TEXT NOT NULL,
    record TEXT NOT NULL,
    field TEXT NOT NULL,
    corrected TEXT NOT NULL,
    replaced TEXT NOT NULL,
    written_at TIMESTAMP NOT NULL,
    looked_at TIMESTAMP NOT NULL,
    returned_at TIMESTAMP,
    repair_asked_at TIMESTAMP,
    repairs INTEGER NOT NULL,
    failure TEXT
);
CREATE UNIQUE INDEX corrected_values_by_item ON corrected_values (item_id);
CREATE INDEX corrected_values_by_request ON corrected_values (request_id);
CREATE INDEX corrected_values_by_person ON corrected_values (person_id, id);
CREATE INDEX corrected_values_to_look_at ON corrected_values (looked_at, id);
CREATE INDEX corrected_values_returned ON corrected_values (id) WHERE returned_at IS NOT NULL;

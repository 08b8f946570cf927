CREATE TABLE corrected_values_before AS SELECT * FROM corrected_values;
DROP TABLE corrected_values;
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
INSERT INTO corrected_values (id, request_id, item_id, person_id, source, dataset, collection, record, field, corrected, replaced, written_at, looked_at, returned_at, repair_asked_at, repairs, failure)
    SELECT c.id, r.id, i.id, c.person_id, c.source, c.dataset, c.collection, c.record, c.field, c.corrected, c.replaced, c.written_at, c.looked_at, c.returned_at, c.repair_asked_at, c.repairs, c.failure
    FROM corrected_values_before c JOIN requests r ON r.reference = c.reference
    JOIN request_items i ON i.request_id = r.id AND i.change = c.change;
DROP TABLE corrected_values_before;
CREATE UNIQUE INDEX corrected_values_by_item ON corrected_values (item_id);
CREATE INDEX corrected_values_by_request ON corrected_values (request_id);
CREATE INDEX corrected_values_by_person ON corrected_values (person_id, id);
CREATE INDEX corrected_values_to_look_at ON corrected_values (looked_at, id);
CREATE INDEX corrected_values_returned ON corrected_values (id) WHERE returned_at IS NOT NULL;

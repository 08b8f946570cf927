-- A correction is looked after for as long as the record is held, longer than its request is kept: what was written
-- stands on its own row now, sealed as it was with the item.
CREATE TABLE corrected_values_before AS SELECT * FROM corrected_values;
DROP TABLE corrected_values;
CREATE TABLE corrected_values (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES people (id),
    reference TEXT NOT NULL,
    change BLOB NOT NULL,
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
INSERT INTO corrected_values (id, reference, change, person_id, source, dataset, collection, record, field, corrected, replaced, written_at, looked_at, returned_at, repair_asked_at, repairs, failure)
    SELECT c.id, r.reference, i.change, c.person_id, c.source, c.dataset, c.collection, c.record, c.field, c.corrected, c.replaced, c.written_at, c.looked_at, c.returned_at, c.repair_asked_at, c.repairs, c.failure
    FROM corrected_values_before c JOIN requests r ON r.id = c.request_id JOIN request_items i ON i.id = c.item_id
    WHERE i.change IS NOT NULL;
DROP TABLE corrected_values_before;
CREATE UNIQUE INDEX corrected_values_by_datum ON corrected_values (person_id, record, field);
CREATE INDEX corrected_values_by_person ON corrected_values (person_id, id);
CREATE INDEX corrected_values_to_look_at ON corrected_values (looked_at, id);
CREATE INDEX corrected_values_returned ON corrected_values (id) WHERE returned_at IS NOT NULL;

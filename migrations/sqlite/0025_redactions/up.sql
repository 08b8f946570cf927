-- What a person's data say about somebody else: a whole cell, or a passage of it.
CREATE TABLE redactions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    dataset TEXT NOT NULL,
    collection TEXT NOT NULL,
    record TEXT NOT NULL,
    field TEXT NOT NULL,
    passage BLOB,
    placed_by BIGINT NOT NULL REFERENCES staff (id),
    placed_at TIMESTAMP NOT NULL
);
CREATE INDEX redactions_by_person ON redactions (person_id, id);

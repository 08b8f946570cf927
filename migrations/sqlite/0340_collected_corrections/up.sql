-- Corrections that a person has written and not sent yet: sealed, one for each value, until they are sent in one request
-- or a day is over.
CREATE TABLE collected_corrections (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    person_id BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    cell TEXT NOT NULL,
    content BLOB NOT NULL,
    file BLOB,
    added_at TIMESTAMP NOT NULL,
    UNIQUE (person_id, cell)
);
CREATE INDEX collected_corrections_by_age ON collected_corrections (added_at);

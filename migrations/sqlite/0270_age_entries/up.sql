-- What staff wrote down of somebody's age: a mistyped day of birth that was put right, or the word of a parent or guardian.
-- Reason and evidence are sealed; what was allowed is the keys of the choices.
CREATE TABLE age_entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    sixteen_on DATE,
    verified_by TEXT,
    allowed TEXT,
    channel TEXT NOT NULL,
    received_on DATE NOT NULL,
    reason BLOB NOT NULL,
    evidence BLOB NOT NULL,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    at TIMESTAMP NOT NULL
);
CREATE INDEX age_entries_of ON age_entries (person_id, id);

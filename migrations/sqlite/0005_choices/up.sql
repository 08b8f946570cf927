-- A row is a change and, while it has the highest number of its subject and activity, the state.
CREATE TABLE choices (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    subject TEXT NOT NULL,
    person_id BIGINT REFERENCES people (id) ON DELETE CASCADE,
    activity TEXT NOT NULL,
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    made_by TEXT NOT NULL,
    policy_version TEXT,
    no_solicit_until DATE,
    receipt_id TEXT,
    UNIQUE (subject, activity, number)
);
CREATE INDEX choices_by_person ON choices (person_id, id) WHERE person_id IS NOT NULL;

CREATE TRIGGER choices_never_change BEFORE UPDATE ON choices
BEGIN SELECT RAISE(ABORT, 'choices are never changed'); END;

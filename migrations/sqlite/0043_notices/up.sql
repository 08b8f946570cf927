-- What recipients are to be told of: an opt-out, a correction, a deletion.
CREATE TABLE causes (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kind TEXT NOT NULL,
    person_id BIGINT REFERENCES people (id) ON DELETE SET NULL,
    object TEXT NOT NULL,
    handle BLOB,
    due_on DATE NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE INDEX causes_by_person ON causes (person_id) WHERE person_id IS NOT NULL;

-- One recipient who is told of one cause.
CREATE TABLE notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    cause_id BIGINT NOT NULL REFERENCES causes (id),
    person_id BIGINT REFERENCES people (id) ON DELETE SET NULL,
    recipient TEXT NOT NULL,
    channel TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,
    due_on DATE NOT NULL,
    attempts INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    sent_at TIMESTAMP,
    answered_at TIMESTAMP,
    words TEXT,
    UNIQUE (cause_id, recipient)
);
CREATE INDEX notices_by_person ON notices (person_id, id) WHERE person_id IS NOT NULL;
CREATE INDEX notices_by_state ON notices (state, id);
CREATE INDEX notices_open ON notices (due_on, id) WHERE answered_at IS NULL;

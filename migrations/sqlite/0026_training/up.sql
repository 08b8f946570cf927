-- Who has said to have read which version of what whoever handles requests must know.
CREATE TABLE training_acknowledgements (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    staff_id BIGINT NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    version TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    UNIQUE (version, staff_id)
);

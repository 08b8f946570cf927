-- What staff write for each other.
CREATE TABLE request_notes (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    request_id BIGINT NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    body BLOB NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE INDEX request_notes_by_request ON request_notes (request_id, id);

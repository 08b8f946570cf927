-- Who asks for somebody else, and on what ground.
CREATE TABLE request_agents (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    request_id BIGINT NOT NULL UNIQUE REFERENCES requests (id) ON DELETE CASCADE,
    basis TEXT NOT NULL,
    name BLOB,
    email BLOB,
    confirmed_at TIMESTAMP,
    objected_at TIMESTAMP
);

-- What a granted restriction is about, as recipients are told of it, and when it ends.
CREATE TABLE restrictions (
    request_id BIGINT PRIMARY KEY NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    what BLOB NOT NULL,
    ends_on DATE,
    ended_at TIMESTAMP
);

-- How to reach who appealed by letter or telephone, until they have been told how it ended.
CREATE TABLE appeal_contacts (
    request_id BIGINT PRIMARY KEY NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    contact BYTEA NOT NULL
);

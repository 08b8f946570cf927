-- When somebody is next to be told of a date. Only open requests wait for that.
ALTER TABLE requests ADD COLUMN next_notice_on DATE;
UPDATE requests SET next_notice_on = received_on WHERE closed_at IS NULL;
CREATE INDEX requests_by_notice ON requests (next_notice_on, id)
    WHERE next_notice_on IS NOT NULL AND closed_at IS NULL;

-- What has been told of which date, so that nothing is told twice.
CREATE TABLE request_notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    request_id BIGINT NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    due_on DATE NOT NULL,
    at TIMESTAMP NOT NULL,
    UNIQUE (request_id, kind, due_on)
);

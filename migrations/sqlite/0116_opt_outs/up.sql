-- Keys are hashes: each count lies on a page of its own, which is one and not two when the key has no table beside it.
ALTER TABLE rate_limits RENAME TO old_rate_limits;
CREATE TABLE rate_limits (
    key TEXT NOT NULL PRIMARY KEY,
    window_started_at TIMESTAMP NOT NULL,
    hits INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO rate_limits SELECT key, window_started_at, hits FROM old_rate_limits;
DROP TABLE old_rate_limits;
CREATE INDEX rate_limits_by_start ON rate_limits (window_started_at);

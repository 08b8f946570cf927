-- The file that a person had chosen when they were asked to confirm that it is them: sealed, one of each person, until its
-- form is sent again, and no longer than an hour.
CREATE TABLE kept_files (
    person_id BIGINT NOT NULL PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    page TEXT NOT NULL,
    content BYTEA NOT NULL,
    kept_at TIMESTAMP NOT NULL
);
CREATE INDEX kept_files_by_age ON kept_files (kept_at);

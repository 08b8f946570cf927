-- An address that a supervisor would offer to an account whose own is lost. Another one approves it before the link is
-- mailed: whoever gets that link reads all that is held of the person.
CREATE TABLE proposed_addresses (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    person_id BIGINT NOT NULL UNIQUE REFERENCES people (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    why TEXT NOT NULL,
    proposed_by BIGINT NOT NULL REFERENCES staff (id),
    proposed_at TIMESTAMP NOT NULL
);
CREATE INDEX proposed_addresses_by_time ON proposed_addresses (proposed_at);

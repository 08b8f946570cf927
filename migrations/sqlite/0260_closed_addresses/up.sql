-- An address that is taken away from an account opens it no more and gets no mail. It stays, since data are found by it and
-- what was opted out of holds for it. From `closes_at` on it waits to be closed.
ALTER TABLE identities ADD COLUMN closes_at TIMESTAMP;
ALTER TABLE identities ADD COLUMN closed_at TIMESTAMP;

-- An address that staff have offered to an account whose own is lost: it joins once somebody has followed the link that
-- went there.
CREATE TABLE offered_addresses (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX offered_addresses_by_person ON offered_addresses (person_id);
CREATE INDEX offered_addresses_by_expiry ON offered_addresses (expires_at);

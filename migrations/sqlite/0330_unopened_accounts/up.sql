-- An account whose last address was taken away: nobody can sign in to it. Forgotten when it has an address again, or after
-- a while in which nobody asked for it.
CREATE TABLE unopened_accounts (
    person_id BIGINT PRIMARY KEY NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    since TIMESTAMP NOT NULL
);
CREATE INDEX unopened_accounts_by_time ON unopened_accounts (since, person_id);

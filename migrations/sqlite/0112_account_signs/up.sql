-- Signs that somebody else tries to get into a person's account.
CREATE TABLE account_signs (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    at TIMESTAMP NOT NULL
);
CREATE INDEX account_signs_by_person ON account_signs (person_id, at);

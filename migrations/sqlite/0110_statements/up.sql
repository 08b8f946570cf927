-- What a person says of a datum that was not put right. It stays with the datum when the request is purged.
CREATE TABLE statements (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    person_id BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    dataset TEXT NOT NULL,
    collection TEXT NOT NULL,
    record TEXT NOT NULL,
    field TEXT NOT NULL,
    body BLOB NOT NULL,
    is_passed_on BOOLEAN NOT NULL,
    given_at TIMESTAMP NOT NULL,
    UNIQUE (person_id, dataset, collection, record, field)
);

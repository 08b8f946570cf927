-- What was erased, by keyed hashes alone, so that a restored backup does not bring it back.
CREATE TABLE tombstones (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    erasure TEXT NOT NULL,
    kind TEXT NOT NULL,
    digest TEXT NOT NULL,
    scope TEXT NOT NULL,
    law TEXT NOT NULL,
    holds TEXT NOT NULL,
    erased_at TIMESTAMP NOT NULL
);
CREATE INDEX tombstones_erased ON tombstones (erased_at, id);

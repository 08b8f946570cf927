-- Erased data that came back, by the random name of the erasure alone.
CREATE TABLE returned_erasures (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    erasure TEXT NOT NULL,
    erased_at TIMESTAMP NOT NULL,
    state TEXT NOT NULL,
    records BIGINT NOT NULL,
    collections TEXT NOT NULL,
    signed_in_since BOOLEAN NOT NULL,
    found_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    proposed_by BIGINT REFERENCES staff (id),
    settled_at TIMESTAMP,
    failure TEXT
);
CREATE UNIQUE INDEX returned_erasures_by_erasure ON returned_erasures (erasure);
CREATE INDEX returned_erasures_open ON returned_erasures (id) WHERE settled_at IS NULL;
CREATE INDEX tombstones_by_erasure ON tombstones (erasure, id);

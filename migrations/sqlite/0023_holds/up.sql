-- Why data stay that the register would let go: of one person, or of everybody.
CREATE TABLE holds (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kind TEXT NOT NULL,
    person_id BIGINT REFERENCES people (id),
    dataset TEXT,
    collection TEXT,
    reason TEXT NOT NULL,
    basis TEXT NOT NULL,
    agency TEXT,
    case_number TEXT,
    until DATE,
    renewals INTEGER NOT NULL,
    placed_by BIGINT NOT NULL REFERENCES staff (id),
    placed_at TIMESTAMP NOT NULL,
    lifted_at TIMESTAMP,
    lifted_by BIGINT REFERENCES staff (id)
);
CREATE INDEX holds_unlifted ON holds (person_id, id) WHERE lifted_at IS NULL;

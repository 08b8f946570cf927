-- The word of a parent by which a child's data are sold or shared waits here for a supervisor, another one than who entered it.
CREATE TABLE parent_approvals (
    entry_id BIGINT PRIMARY KEY NOT NULL REFERENCES age_entries (id) ON DELETE CASCADE,
    knows_refusal BOOLEAN NOT NULL,
    outcome TEXT,
    staff_id BIGINT REFERENCES staff (id),
    at TIMESTAMP
);
CREATE INDEX parent_approvals_waiting ON parent_approvals (entry_id) WHERE outcome IS NULL;

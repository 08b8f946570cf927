-- A whole cell is left out for a reason that the person is told, once a second staff member agrees.
ALTER TABLE redactions ADD COLUMN reason BYTEA;
ALTER TABLE redactions ADD COLUMN approved_by BIGINT REFERENCES staff (id);
ALTER TABLE redactions ADD COLUMN approved_at TIMESTAMP;
UPDATE redactions SET approved_at = placed_at;

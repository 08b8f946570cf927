ALTER TABLE redactions DROP COLUMN approved_at;
ALTER TABLE redactions DROP COLUMN approved_by;
ALTER TABLE redactions DROP COLUMN reason;

ALTER TABLE corrected_values DROP COLUMN moved_on_at;
ALTER TABLE corrected_values DROP COLUMN rest;
ALTER TABLE corrected_values DROP COLUMN beside;

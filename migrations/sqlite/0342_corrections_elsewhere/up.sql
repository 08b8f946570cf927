-- An import that deletes a corrected record and inserts it anew brings the old value back under another id. To tell that from
-- records that held it all along, keyed hashes of these are kept, and one of the rest of the corrected record. And a repair
-- that wrote nothing stays to be settled.
ALTER TABLE corrected_values ADD COLUMN beside TEXT;
ALTER TABLE corrected_values ADD COLUMN rest TEXT;
ALTER TABLE corrected_values ADD COLUMN moved_on_at TIMESTAMP;

-- The use that an objection is about, by its key; what it is called may change.
ALTER TABLE restrictions ADD COLUMN activity TEXT;

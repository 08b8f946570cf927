-- Sealed: what the person says is new since the same was denied.
ALTER TABLE requests ADD COLUMN news BLOB;

-- Sealed: which part of a use stops for good, where an objection is granted in part.
ALTER TABLE restrictions ADD COLUMN part BLOB;

ALTER TABLE restrictions DROP COLUMN part;

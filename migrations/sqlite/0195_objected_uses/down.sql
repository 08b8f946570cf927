ALTER TABLE restrictions DROP COLUMN activity;

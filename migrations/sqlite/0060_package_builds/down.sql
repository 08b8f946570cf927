ALTER TABLE packages DROP COLUMN build;

ALTER TABLE choices DROP COLUMN received_on;
ALTER TABLE choices DROP COLUMN channel;

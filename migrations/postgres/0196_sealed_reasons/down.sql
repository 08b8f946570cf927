ALTER TABLE requests DROP COLUMN extension_reason;
ALTER TABLE requests ADD COLUMN extension_reason TEXT;

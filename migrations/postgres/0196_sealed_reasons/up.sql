-- Why more time is needed is about a person, and sealed as every other reason is. What stood open is not kept.
ALTER TABLE requests DROP COLUMN extension_reason;
ALTER TABLE requests ADD COLUMN extension_reason BYTEA;

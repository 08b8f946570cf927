-- Why more time is needed is about a person, and sealed as every other reason is. What stood open is not kept.
ALTER TABLE requests ALTER COLUMN extension_reason TYPE BYTEA USING NULL;

-- Why more time is needed is about a person, and sealed as every other reason is. What stood open is not kept.
-- SQLite keeps bytes in any column as they are.
UPDATE requests SET extension_reason = NULL;

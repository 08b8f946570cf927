DROP INDEX notices_of_recipient;
ALTER TABLE api_tokens DROP COLUMN recipient;

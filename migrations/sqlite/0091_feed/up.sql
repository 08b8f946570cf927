-- A token of a recipient is good for its own notices alone.
ALTER TABLE api_tokens ADD COLUMN recipient TEXT;
CREATE INDEX notices_of_recipient ON notices (recipient, id) WHERE answered_at IS NULL;

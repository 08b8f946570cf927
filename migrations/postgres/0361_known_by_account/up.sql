-- When the person confirmed a request by their account.
ALTER TABLE request_senders ADD COLUMN account_at TIMESTAMP;

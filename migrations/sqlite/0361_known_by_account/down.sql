ALTER TABLE request_senders DROP COLUMN account_at;

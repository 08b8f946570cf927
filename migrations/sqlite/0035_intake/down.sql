DROP TABLE received_mails;
ALTER TABLE request_senders DROP COLUMN contact;
ALTER TABLE requests DROP COLUMN residence;
ALTER TABLE requests DROP COLUMN channel;

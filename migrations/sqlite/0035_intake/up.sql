-- How a request came in, and where the person said that they live when it did.
ALTER TABLE requests ADD COLUMN channel TEXT NOT NULL DEFAULT 'portal';
ALTER TABLE requests ADD COLUMN residence TEXT NOT NULL DEFAULT '';
UPDATE requests SET residence = (SELECT people.residence FROM people WHERE people.id = requests.person_id);
UPDATE requests SET channel = 'form' WHERE id IN (SELECT request_id FROM request_senders);

-- Of somebody without e-mail: how they can be answered.
ALTER TABLE request_senders ADD COLUMN contact BLOB;

-- Mails that were taken in, so that the same one files nothing twice.
CREATE TABLE received_mails (
    hash TEXT PRIMARY KEY NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE INDEX received_mails_by_time ON received_mails (at);

CREATE INDEX events_by_person_and_action ON events (person, action, id);

-- Receipts of one moment are told apart by their ids.
DROP INDEX receipts_by_person;
CREATE INDEX receipts_by_person ON receipts (person_id, created_at, id);

DROP INDEX receipts_by_person;
CREATE INDEX receipts_by_person ON receipts (person_id, created_at);
DROP INDEX events_by_person_and_action;

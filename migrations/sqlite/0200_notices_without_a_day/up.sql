-- What is allowed again need not be done until any day.
DROP INDEX notices_open;
DROP INDEX notices_silent;
ALTER TABLE notices RENAME COLUMN due_on TO was_due_on;
ALTER TABLE notices ADD COLUMN due_on DATE;
UPDATE notices SET due_on = was_due_on
WHERE cause_id NOT IN (SELECT id FROM causes WHERE kind IN ('opt-in', 'restriction-lifted'));
ALTER TABLE notices DROP COLUMN was_due_on;
CREATE INDEX notices_open ON notices (due_on, id) WHERE answered_at IS NULL;
CREATE INDEX notices_silent ON notices (due_on) WHERE answered_at IS NULL AND escalated_at IS NULL;

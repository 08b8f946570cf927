-- What is allowed again need not be done until any day.
ALTER TABLE notices ADD COLUMN has_last_day BOOLEAN NOT NULL DEFAULT TRUE;
UPDATE notices SET has_last_day = FALSE
WHERE cause_id IN (SELECT id FROM causes WHERE kind IN ('opt-in', 'restriction-lifted'));
DROP INDEX notices_open;
DROP INDEX notices_silent;
CREATE INDEX notices_open ON notices (due_on, id) WHERE answered_at IS NULL AND has_last_day;
CREATE INDEX notices_silent ON notices (due_on)
WHERE answered_at IS NULL AND escalated_at IS NULL AND has_last_day;

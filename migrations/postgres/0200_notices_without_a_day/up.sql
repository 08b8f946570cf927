-- What is allowed again need not be done until any day.
ALTER TABLE notices ALTER COLUMN due_on DROP NOT NULL;
UPDATE notices SET due_on = NULL
WHERE cause_id IN (SELECT id FROM causes WHERE kind IN ('opt-in', 'restriction-lifted'));

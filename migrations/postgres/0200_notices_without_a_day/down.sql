UPDATE notices SET due_on = (SELECT due_on FROM causes WHERE causes.id = notices.cause_id) WHERE due_on IS NULL;
ALTER TABLE notices ALTER COLUMN due_on SET NOT NULL;

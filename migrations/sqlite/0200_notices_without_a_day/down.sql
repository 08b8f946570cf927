DROP INDEX notices_open;
DROP INDEX notices_silent;
ALTER TABLE notices DROP COLUMN has_last_day;
CREATE INDEX notices_open ON notices (due_on, id) WHERE answered_at IS NULL;
CREATE INDEX notices_silent ON notices (due_on) WHERE answered_at IS NULL AND escalated_at IS NULL;

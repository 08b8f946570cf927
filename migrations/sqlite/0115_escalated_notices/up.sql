-- When supervisors were told that a recipient was silent past its day, or refused.
ALTER TABLE notices ADD COLUMN escalated_at TIMESTAMP;
CREATE INDEX notices_silent ON notices (due_on) WHERE answered_at IS NULL AND escalated_at IS NULL;
CREATE INDEX notices_unsettled ON notices (state) WHERE escalated_at IS NULL;

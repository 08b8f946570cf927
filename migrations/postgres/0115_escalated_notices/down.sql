DROP INDEX notices_unsettled;
DROP INDEX notices_silent;
ALTER TABLE notices DROP COLUMN escalated_at;

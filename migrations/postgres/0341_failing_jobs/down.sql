DROP INDEX jobs_put_off;
DROP INDEX jobs_open;
CREATE INDEX jobs_open ON jobs (kind) WHERE done_at IS NULL AND failed_at IS NULL;

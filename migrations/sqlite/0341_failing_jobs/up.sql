DROP INDEX jobs_open;
CREATE INDEX jobs_open ON jobs (kind, payload) WHERE done_at IS NULL AND failed_at IS NULL;
CREATE INDEX jobs_put_off ON jobs (id) WHERE last_error IS NOT NULL AND done_at IS NULL AND failed_at IS NULL;

-- Which build of a package is the newest: an older one, of a worker that lost its lease, may add nothing.
ALTER TABLE packages ADD COLUMN build BIGINT NOT NULL DEFAULT 0;

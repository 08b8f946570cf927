-- The newest of a person's deletions decides about what several of them left.
DROP INDEX remainders_of;
CREATE INDEX remainders_of ON remainders (person_id, request_id);

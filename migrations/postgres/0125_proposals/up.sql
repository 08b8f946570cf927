-- What waits for a supervisor: in review, with an outcome that is not a decision yet.
CREATE INDEX requests_proposed ON requests (state, due_on, id) WHERE outcome IS NOT NULL AND closed_at IS NULL;

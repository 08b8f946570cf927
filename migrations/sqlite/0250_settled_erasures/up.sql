-- What was settled lately is shown to staff, newest first.
CREATE INDEX returned_erasures_settled ON returned_erasures (settled_at, id) WHERE settled_at IS NOT NULL;

-- Whose handle it is that recipients were told of, as kind and keyed hash: when it turns out to be a person's, the cause
-- becomes theirs. And of a cause of a person: for which of their identities recipients know of it already.
ALTER TABLE causes ADD COLUMN subject TEXT;
ALTER TABLE causes ADD COLUMN known_for TEXT;
CREATE INDEX causes_by_subject ON causes (subject) WHERE subject IS NOT NULL;

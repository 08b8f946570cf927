-- People who are known to be under 16, by the day on which they will no longer be.
CREATE TABLE minors (
    person_id BIGINT PRIMARY KEY NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    sixteen_on DATE NOT NULL
);

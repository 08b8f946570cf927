-- What waits for supervisors beside requests, and of how much of it they were last told, and when.
CREATE TABLE told_waiting (
    what TEXT PRIMARY KEY NOT NULL,
    waiting BIGINT NOT NULL,
    told_at TIMESTAMP NOT NULL
);

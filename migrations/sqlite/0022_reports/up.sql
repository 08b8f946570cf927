-- How many requests of a year there were, by nature, answer and days; counted every night.
CREATE TABLE request_figures (
    year INTEGER NOT NULL,
    nature TEXT NOT NULL,
    answer TEXT NOT NULL,
    days INTEGER NOT NULL,
    requests BIGINT NOT NULL,
    counted_at TIMESTAMP NOT NULL,
    PRIMARY KEY (year, nature, answer, days)
);

-- What the organisation has turned on.
CREATE TABLE switches (
    name TEXT NOT NULL PRIMARY KEY,
    is_on BOOLEAN NOT NULL,
    changed_at TIMESTAMP NOT NULL
);

CREATE INDEX requests_by_receipt ON requests (received_on, id);
CREATE INDEX requests_closed ON requests (closed_at, id) WHERE closed_at IS NOT NULL;
CREATE INDEX choices_by_time ON choices (at, id);

-- Of a request for access: from which day, and until which, it asks for data.
CREATE TABLE request_periods (
    request_id BIGINT PRIMARY KEY NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    from_on DATE,
    to_on DATE
);

-- What programs of the organisation show when they ask for choices.
CREATE TABLE api_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    created_by BIGINT REFERENCES staff (id),
    expires_at TIMESTAMP NOT NULL,
    last_used_on DATE,
    revoked_at TIMESTAMP
);

-- The feed of changes, without those of browsers: 'browser:…' sorts before 'c'.
CREATE INDEX choices_feed ON choices (id) WHERE subject >= 'c';

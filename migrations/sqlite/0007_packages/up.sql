CREATE TABLE packages (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    person_id BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    from_on DATE,
    to_on DATE,
    requested_at TIMESTAMP NOT NULL,
    ready_at TIMESTAMP,
    expires_at TIMESTAMP,
    records BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    unread TEXT NOT NULL
);
CREATE INDEX packages_by_person ON packages (person_id, id);
CREATE INDEX packages_by_end ON packages (expires_at) WHERE state = 'ready';

CREATE TABLE package_chunks (
    package_id BIGINT NOT NULL REFERENCES packages (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (package_id, position)
);

CREATE TABLE downloads (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    package_id BIGINT NOT NULL REFERENCES packages (id) ON DELETE CASCADE,
    device TEXT NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE INDEX downloads_by_package ON downloads (package_id, id);

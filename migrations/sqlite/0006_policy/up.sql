CREATE TABLE policy_versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    version TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    effective_on DATE NOT NULL UNIQUE,
    published_at TIMESTAMP NOT NULL,
    published_by BIGINT REFERENCES staff (id),
    body_hash TEXT NOT NULL,
    body TEXT NOT NULL
);

CREATE TRIGGER policy_versions_never_change BEFORE UPDATE ON policy_versions
BEGIN SELECT RAISE(ABORT, 'published policy versions are never changed'); END;
CREATE TRIGGER policy_versions_never_go BEFORE DELETE ON policy_versions
BEGIN SELECT RAISE(ABORT, 'published policy versions are never deleted'); END;

CREATE TABLE policy_announcements (
    version_id BIGINT PRIMARY KEY NOT NULL REFERENCES policy_versions (id),
    after_person_id BIGINT NOT NULL,
    told BIGINT NOT NULL,
    finished_at TIMESTAMP
);

CREATE TABLE policy_notices (
    version_id BIGINT NOT NULL REFERENCES policy_versions (id),
    person_id BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    told_at TIMESTAMP NOT NULL,
    PRIMARY KEY (version_id, person_id)
) WITHOUT ROWID;
CREATE INDEX policy_notices_by_person ON policy_notices (person_id);

-- A change of the policy is told to everybody with an e-mail address, in the order of people.
CREATE INDEX identities_by_kind ON identities (kind, person_id);

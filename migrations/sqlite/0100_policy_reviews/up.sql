-- An admin has looked the policy over, and nothing had to change.
CREATE TABLE policy_reviews (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    at TIMESTAMP NOT NULL
);
CREATE INDEX policy_reviews_by_time ON policy_reviews (at);

-- Which reminder of which date went out.
CREATE TABLE policy_review_reminders (
    due_on DATE NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (due_on, kind)
) WITHOUT ROWID;

-- Who has said to have seen which version.
CREATE TABLE policy_acknowledgements (
    version_id BIGINT NOT NULL REFERENCES policy_versions (id),
    person_id BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (version_id, person_id)
) WITHOUT ROWID;
CREATE INDEX policy_acknowledgements_by_person ON policy_acknowledgements (person_id);

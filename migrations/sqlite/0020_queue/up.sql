-- The queue's columns stand in each index, so that what the filters refuse is passed over without reading its row.
-- Where two indexes would do, SQLite takes the one that was made later.
DROP INDEX requests_by_state;
DROP INDEX requests_by_kind;
DROP INDEX requests_by_law;
DROP INDEX requests_by_assignee;
DROP INDEX requests_open;
CREATE INDEX requests_by_due ON requests (due_on, id, kind, law, assignee_id, state, closed_at);
CREATE INDEX requests_by_law ON requests (law, due_on, id, kind, assignee_id, state, closed_at);
CREATE INDEX requests_by_state ON requests (state, due_on, id, kind, law, assignee_id);
CREATE INDEX requests_by_kind ON requests (kind, due_on, id, law, assignee_id, state, closed_at);
CREATE INDEX requests_by_kind_and_law ON requests (kind, law, due_on, id, assignee_id, state, closed_at);
CREATE INDEX requests_by_assignee ON requests (assignee_id, due_on, id, kind, law, state, closed_at);
CREATE INDEX requests_open ON requests (due_on, id, kind, law, assignee_id, state) WHERE closed_at IS NULL;
CREATE INDEX requests_open_by_kind ON requests (kind, due_on, id, law, assignee_id, state) WHERE closed_at IS NULL;
CREATE INDEX requests_open_by_assignee ON requests (assignee_id, due_on) WHERE closed_at IS NULL;
CREATE INDEX requests_of_person_by_due ON requests (person_id, due_on, id);

CREATE TABLE saved_views (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    staff_id BIGINT NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    filters TEXT NOT NULL,
    UNIQUE (staff_id, name)
);

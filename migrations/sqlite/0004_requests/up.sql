CREATE TABLE requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    reference TEXT NOT NULL UNIQUE,
    person_id BIGINT NOT NULL REFERENCES people (id),
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    law TEXT NOT NULL,
    received_on DATE NOT NULL,
    acknowledge_by DATE NOT NULL,
    due_on DATE NOT NULL,
    extended_to DATE,
    extension_reason TEXT,
    scope TEXT,
    note BLOB,
    plan BLOB,
    plan_hash TEXT,
    outcome TEXT,
    decision_reason BLOB,
    failure TEXT,
    assignee_id BIGINT REFERENCES staff (id),
    appeal_of BIGINT REFERENCES requests (id),
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    acknowledged_at TIMESTAMP,
    decided_at TIMESTAMP,
    completed_at TIMESTAMP,
    closed_at TIMESTAMP
);
CREATE INDEX requests_by_person ON requests (person_id, id);
CREATE INDEX requests_by_state ON requests (state, due_on, id);
CREATE INDEX requests_by_kind ON requests (kind, due_on, id);
CREATE INDEX requests_by_law ON requests (law, due_on, id);
CREATE INDEX requests_by_assignee ON requests (assignee_id, due_on, id);
CREATE INDEX requests_by_appeal ON requests (appeal_of) WHERE appeal_of IS NOT NULL;
CREATE INDEX requests_open ON requests (due_on, id) WHERE closed_at IS NULL;
CREATE INDEX requests_open_by_person ON requests (person_id) WHERE closed_at IS NULL;

CREATE TABLE request_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    request_id BIGINT NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    action TEXT NOT NULL,
    dataset TEXT NOT NULL,
    collection TEXT NOT NULL,
    record TEXT,
    field TEXT,
    old_value BLOB,
    new_value BLOB,
    change BLOB,
    reason BLOB,
    count BIGINT NOT NULL,
    why TEXT,
    basis TEXT,
    keep_until DATE,
    decision TEXT,
    decision_reason BLOB,
    decided_at TIMESTAMP,
    applied_at TIMESTAMP
);
CREATE INDEX request_items_by_request ON request_items (request_id, id);

CREATE TABLE request_steps (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    request_id BIGINT NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    at TIMESTAMP NOT NULL,
    actor TEXT NOT NULL,
    staff_id BIGINT REFERENCES staff (id),
    kind TEXT NOT NULL,
    params TEXT NOT NULL
);
CREATE INDEX request_steps_by_request ON request_steps (request_id, id);

CREATE TABLE request_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    request_id BIGINT NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    author TEXT NOT NULL,
    staff_id BIGINT REFERENCES staff (id),
    body BLOB NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE INDEX request_messages_by_request ON request_messages (request_id, id);

CREATE TABLE request_attachments (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    request_id BIGINT NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    content BLOB,
    at TIMESTAMP NOT NULL,
    deleted_at TIMESTAMP
);
CREATE INDEX request_attachments_by_request ON request_attachments (request_id, id);

CREATE TABLE request_approvals (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    request_id BIGINT NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    role TEXT NOT NULL,
    plan_hash TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    UNIQUE (request_id, staff_id)
);

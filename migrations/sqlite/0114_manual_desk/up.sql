-- What people are asked to look up, or to change, in a system that nobody can connect to.
CREATE TABLE manual_tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    request_id BIGINT NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    person_id BIGINT NOT NULL REFERENCES people (id),
    source TEXT NOT NULL,
    purpose TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT,
    due_on DATE NOT NULL,
    next_notice_on DATE,
    assignee_id BIGINT REFERENCES staff (id),
    subject BLOB,
    subject_hash TEXT NOT NULL,
    words BLOB,
    records BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    closed_at TIMESTAMP,
    done_by BIGINT REFERENCES staff (id),
    applied_at TIMESTAMP
);
-- Two workers, or two requests to file, open one task.
CREATE UNIQUE INDEX manual_tasks_open_once ON manual_tasks (request_id, source, purpose) WHERE closed_at IS NULL;
CREATE INDEX manual_tasks_by_request ON manual_tasks (request_id, id);
CREATE INDEX manual_tasks_by_person ON manual_tasks (person_id, source, id);
-- The list of the desk, as that of requests: what the filters refuse is passed over without reading its row.
CREATE INDEX manual_tasks_by_due ON manual_tasks (due_on, id, source, purpose, assignee_id, state, closed_at);
CREATE INDEX manual_tasks_open ON manual_tasks (due_on, id, source, purpose, assignee_id, state) WHERE closed_at IS NULL;
CREATE INDEX manual_tasks_to_notice ON manual_tasks (next_notice_on, id) WHERE closed_at IS NULL;

-- What was found, sealed; found again by keyed hashes of what leads to it.
CREATE TABLE manual_records (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    task_id BIGINT NOT NULL REFERENCES manual_tasks (id) ON DELETE CASCADE,
    person_id BIGINT NOT NULL REFERENCES people (id),
    source TEXT NOT NULL,
    place TEXT NOT NULL,
    content BLOB NOT NULL,
    found_at TIMESTAMP NOT NULL
);
CREATE INDEX manual_records_by_task ON manual_records (task_id);
CREATE INDEX manual_records_by_person ON manual_records (person_id, source);
CREATE INDEX manual_records_by_place ON manual_records (source, place, id);
CREATE INDEX manual_records_by_age ON manual_records (found_at);

CREATE TABLE manual_links (
    mark TEXT NOT NULL,
    record_id BIGINT NOT NULL REFERENCES manual_records (id) ON DELETE CASCADE,
    PRIMARY KEY (mark, record_id)
);
CREATE INDEX manual_links_by_record ON manual_links (record_id);

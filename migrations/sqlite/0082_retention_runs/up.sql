-- Data whose time is up: what was planned of them, who approved it, and how far it is.
CREATE TABLE retention_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    day DATE NOT NULL,
    state TEXT NOT NULL,
    planned_at TIMESTAMP NOT NULL,
    unread TEXT NOT NULL,
    approved_by BIGINT REFERENCES staff (id),
    approved_at TIMESTAMP,
    finished_at TIMESTAMP,
    receipt TEXT
);
CREATE INDEX retention_runs_by_state ON retention_runs (state, id);
CREATE TABLE retention_lines (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    run_id BIGINT NOT NULL REFERENCES retention_runs (id) ON DELETE CASCADE,
    dataset TEXT NOT NULL,
    collection TEXT NOT NULL,
    to_delete BIGINT NOT NULL,
    to_mask BIGINT NOT NULL,
    shielded BIGINT NOT NULL,
    kept BIGINT NOT NULL,
    deleted BIGINT NOT NULL,
    masked BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    position TEXT,
    batch TEXT,
    finished_at TIMESTAMP,
    failure TEXT
);
CREATE INDEX retention_lines_by_run ON retention_lines (run_id, id);
CREATE INDEX requests_people_open ON requests (id) WHERE closed_at IS NULL;

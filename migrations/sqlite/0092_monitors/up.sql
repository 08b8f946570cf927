-- How the portal found its own public pages, once an hour.
CREATE TABLE monitor_results (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    name TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    is_well BOOLEAN NOT NULL,
    words TEXT NOT NULL,
    steps_out INTEGER,
    steps_in INTEGER
);
CREATE INDEX monitor_results_by_name ON monitor_results (name, id);
CREATE INDEX monitor_results_by_age ON monitor_results (at);

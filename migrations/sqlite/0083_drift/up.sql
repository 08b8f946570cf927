-- Where manifests and sources differ, and since when.
CREATE TABLE drift_findings (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    source TEXT NOT NULL,
    file TEXT NOT NULL,
    line INTEGER NOT NULL,
    path TEXT NOT NULL,
    wrong TEXT NOT NULL,
    expected TEXT NOT NULL,
    found_at TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX drift_findings_what ON drift_findings (source, file, path, wrong);
CREATE TABLE drift_checks (
    source TEXT PRIMARY KEY NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    answered_at TIMESTAMP,
    failure TEXT
);

DROP INDEX requests_people_open;
DROP TABLE retention_lines;
DROP TABLE retention_runs;

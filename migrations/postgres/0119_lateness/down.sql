DROP INDEX requests_running;
DROP INDEX requests_lateness_of_assignee;
DROP INDEX requests_by_lateness;
ALTER TABLE requests DROP COLUMN late_at;

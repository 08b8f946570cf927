-- From when on a request is late: a day ends where the person lives, and a clock that stands still runs out never. Those
-- that stand here already are taken by the day of UTC until they move on.
ALTER TABLE requests ADD COLUMN late_at TIMESTAMP;
UPDATE requests SET late_at = due_on + 1 WHERE closed_at IS NULL;
CREATE INDEX requests_by_lateness ON requests (late_at, id) WHERE late_at IS NOT NULL;
CREATE INDEX requests_lateness_of_assignee ON requests (assignee_id, late_at, id) WHERE late_at IS NOT NULL;
CREATE INDEX requests_running ON requests (due_on, id) INCLUDE (late_at, kind, law, assignee_id, state)
    WHERE late_at IS NOT NULL;

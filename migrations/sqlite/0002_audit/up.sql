CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    at TIMESTAMP NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    person TEXT,
    object TEXT NOT NULL,
    detail TEXT NOT NULL,
    position BIGINT UNIQUE,
    hash TEXT
);
CREATE INDEX events_unlinked ON events (id) WHERE position IS NULL;
CREATE INDEX events_by_person ON events (person, id);
CREATE INDEX events_by_object ON events (object, id);
CREATE INDEX events_by_action ON events (action, id);

CREATE TABLE checkpoints (
    position BIGINT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL,
    signature TEXT NOT NULL,
    at TIMESTAMP NOT NULL
);

-- How far the chain reaches, signed, so that its end cannot be cut off unseen. One row.
CREATE TABLE chain_head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    position BIGINT NOT NULL,
    hash TEXT NOT NULL,
    signature TEXT NOT NULL
);

CREATE TABLE receipts (
    id TEXT NOT NULL PRIMARY KEY,
    person_id BIGINT REFERENCES people (id) ON DELETE SET NULL,
    kind TEXT NOT NULL,
    object TEXT NOT NULL,
    body TEXT NOT NULL,
    signature TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX receipts_by_person ON receipts (person_id, created_at);
CREATE INDEX receipts_by_object ON receipts (object);

-- An event is written once; linking it into the chain sets its position and hash, once.
CREATE TRIGGER events_never_change BEFORE UPDATE ON events
WHEN OLD.position IS NOT NULL OR NEW.position IS NULL OR NEW.hash IS NULL
    OR NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.actor <> OLD.actor OR NEW.action <> OLD.action
    OR NEW.person IS NOT OLD.person OR NEW.object <> OLD.object OR NEW.detail <> OLD.detail
    OR EXISTS (SELECT 1 FROM events WHERE position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'audit events are never changed'); END;
-- INSERT OR REPLACE and UPDATE OR REPLACE delete rows without asking the triggers for deletion.
CREATE TRIGGER events_never_replaced BEFORE INSERT ON events
WHEN NEW.position IS NOT NULL OR EXISTS (SELECT 1 FROM events WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'audit events are never replaced'); END;
CREATE TRIGGER events_never_go BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'audit events are never deleted'); END;
CREATE TRIGGER checkpoints_never_change BEFORE UPDATE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'audit checkpoints are never changed'); END;
CREATE TRIGGER checkpoints_never_replaced BEFORE INSERT ON checkpoints
WHEN EXISTS (SELECT 1 FROM checkpoints WHERE position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'audit checkpoints are never replaced'); END;
CREATE TRIGGER checkpoints_never_go BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'audit checkpoints are never deleted'); END;
CREATE TRIGGER chain_head_never_goes BEFORE DELETE ON chain_head
BEGIN SELECT RAISE(ABORT, 'the head of the audit chain is never deleted'); END;

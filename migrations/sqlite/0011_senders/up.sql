-- Who sent a request without an account, and how far it is known that it is them.
CREATE TABLE request_senders (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    request_id BIGINT NOT NULL UNIQUE REFERENCES requests (id) ON DELETE CASCADE,
    wants TEXT NOT NULL,
    field TEXT,
    email BLOB,
    email_hash TEXT,
    link_hash TEXT UNIQUE,
    mailbox_at TIMESTAMP,
    attempts INTEGER NOT NULL,
    points INTEGER NOT NULL,
    degree TEXT,
    declaration BLOB,
    declared_at TIMESTAMP,
    vouched BLOB,
    vouched_by BIGINT REFERENCES staff (id)
);
CREATE INDEX request_senders_by_email ON request_senders (email_hash, wants) WHERE email_hash IS NOT NULL;

-- Authorised agents that speak the Data Rights Protocol.
CREATE TABLE drp_agents (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    agent_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    verify_key TEXT NOT NULL,
    web_url TEXT NOT NULL,
    token_hash TEXT UNIQUE,
    created_at TIMESTAMP NOT NULL,
    disabled_at TIMESTAMP
);

-- What they asked for. A request in the queue says itself how it stands; of others `status` does.
CREATE TABLE drp_requests (
    id TEXT PRIMARY KEY NOT NULL,
    agent_id BIGINT NOT NULL REFERENCES drp_agents (id),
    agent_request_id TEXT,
    exercise TEXT NOT NULL,
    received_at TIMESTAMP NOT NULL,
    request_id BIGINT UNIQUE REFERENCES requests (id) ON DELETE CASCADE,
    status TEXT,
    reason TEXT,
    details TEXT,
    receipt_id TEXT,
    status_callback TEXT
);
CREATE INDEX drp_requests_by_agent ON drp_requests (agent_id);

-- Signed messages that were taken, so that none is taken twice.
CREATE TABLE drp_messages (
    hash TEXT PRIMARY KEY NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX drp_messages_by_end ON drp_messages (expires_at);

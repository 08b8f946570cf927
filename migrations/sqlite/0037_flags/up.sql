-- What staff are to look at before they answer a request: repeats, floods, signs of fraud. They decide.
CREATE TABLE request_flags (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    request_id BIGINT NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    reason BLOB NOT NULL,
    raised_by BIGINT REFERENCES staff (id),
    raised_at TIMESTAMP NOT NULL,
    judgement TEXT,
    why BLOB,
    judged_by BIGINT REFERENCES staff (id),
    judged_at TIMESTAMP,
    UNIQUE (request_id, kind)
);

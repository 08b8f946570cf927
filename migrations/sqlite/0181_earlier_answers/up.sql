-- What was decided and done on a request before an appeal opened it again.
CREATE TABLE earlier_answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    request_id BIGINT NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
    decided_at TIMESTAMP NOT NULL,
    outcome TEXT NOT NULL,
    basis TEXT NOT NULL,
    answer BLOB NOT NULL
);
CREATE INDEX earlier_answers_of ON earlier_answers (request_id, id);

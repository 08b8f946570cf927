-- Each act of giving somebody's data to a recipient, as the company's own systems tell of it. Whose data it was is the
-- keyed hash of an identity, so that nothing personal stands here.
CREATE TABLE disclosures (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    digest TEXT NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    categories TEXT NOT NULL,
    activity TEXT,
    purpose TEXT,
    legal_basis TEXT NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE INDEX disclosures_of_subject ON disclosures (subject, recipient, at, id);

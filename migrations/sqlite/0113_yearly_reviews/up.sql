-- What staff look at once a year, and what they found.
CREATE TABLE yearly_reviews (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    subject TEXT NOT NULL,
    staff_id BIGINT NOT NULL REFERENCES staff (id),
    found TEXT NOT NULL,
    at TIMESTAMP NOT NULL
);
CREATE INDEX yearly_reviews_by_subject ON yearly_reviews (subject, at);

DROP TABLE yearly_reviews;

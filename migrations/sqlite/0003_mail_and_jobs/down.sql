DROP TABLE jobs;
DROP TABLE outbox;

DROP TABLE periodic_work;
DROP TABLE jobs;
DROP TABLE outbox;

DROP TABLE receipts;
DROP TABLE checkpoints;
DROP TABLE events;

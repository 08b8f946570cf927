DROP TABLE receipts;
DROP TABLE checkpoints;
DROP TABLE events;
DROP FUNCTION refuse_change;

DROP TABLE receipts;
DROP TABLE chain_head;
DROP TABLE checkpoints;
DROP TABLE events;
DROP FUNCTION refuse_change;

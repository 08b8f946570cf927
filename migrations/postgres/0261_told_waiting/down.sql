DROP TABLE told_waiting;

DROP INDEX tombstones_by_erasure;
DROP TABLE returned_erasures;

DROP TABLE collected_corrections;

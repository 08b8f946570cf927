DROP TABLE downloads;
DROP TABLE package_chunks;
DROP TABLE packages;

DROP TABLE minors;

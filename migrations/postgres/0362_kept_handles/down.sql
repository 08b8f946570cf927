DROP TABLE kept_handles;

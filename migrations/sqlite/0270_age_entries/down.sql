DROP TABLE age_entries;

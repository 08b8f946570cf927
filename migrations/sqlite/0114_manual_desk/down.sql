DROP TABLE manual_links;
DROP TABLE manual_records;
DROP TABLE manual_tasks;

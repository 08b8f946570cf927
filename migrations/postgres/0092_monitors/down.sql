DROP TABLE monitor_results;

DROP TABLE request_periods;

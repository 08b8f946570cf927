DROP TABLE request_flags;

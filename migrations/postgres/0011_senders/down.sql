DROP TABLE request_senders;

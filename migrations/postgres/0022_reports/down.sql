DROP INDEX choices_by_time;
DROP INDEX requests_closed;
DROP INDEX requests_by_receipt;
DROP TABLE switches;
DROP TABLE request_figures;

DROP TABLE request_notices;
DROP INDEX requests_by_notice;
ALTER TABLE requests DROP COLUMN next_notice_on;

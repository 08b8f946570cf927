DROP INDEX disclosures_of_alarm;
ALTER TABLE disclosures DROP COLUMN alarm_id;
DROP TABLE disclosure_alarms;

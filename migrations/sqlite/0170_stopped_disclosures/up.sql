-- Of a recipient and a day: how many disclosures were recorded that came after the person had stopped that use.
CREATE TABLE disclosure_alarms (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    recipient TEXT NOT NULL,
    recorded_on DATE NOT NULL,
    lines BIGINT NOT NULL,
    told_at TIMESTAMP,
    UNIQUE (recipient, recorded_on)
);
CREATE INDEX disclosure_alarms_untold ON disclosure_alarms (id) WHERE told_at IS NULL;
ALTER TABLE disclosures ADD COLUMN alarm_id BIGINT;
CREATE INDEX disclosures_of_alarm ON disclosures (alarm_id, id) WHERE alarm_id IS NOT NULL;

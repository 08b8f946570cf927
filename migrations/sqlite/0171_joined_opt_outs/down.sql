DROP INDEX causes_by_subject;
ALTER TABLE causes DROP COLUMN known_for;
ALTER TABLE causes DROP COLUMN subject;

DROP INDEX remainders_of;
CREATE INDEX remainders_of ON remainders (person_id);

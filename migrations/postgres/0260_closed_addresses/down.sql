DROP TABLE offered_addresses;
ALTER TABLE identities DROP COLUMN closed_at;
ALTER TABLE identities DROP COLUMN closes_at;

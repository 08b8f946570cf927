DROP TABLE rate_limits;
DROP TABLE sessions;
DROP TABLE sign_in_codes;
DROP TABLE recovery_codes;
DROP TABLE staff;
DROP TABLE identities;
DROP TABLE people;

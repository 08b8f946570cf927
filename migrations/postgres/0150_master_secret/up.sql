-- Which master secret this database was made with: a fingerprint of it, from which nobody learns the secret.
CREATE TABLE master_secrets (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    fingerprint TEXT NOT NULL
);

-- By what somebody without an account is known whose opt-out no recipient was told of. Of all others it stands in causes.
CREATE TABLE kept_handles (
    subject TEXT PRIMARY KEY NOT NULL,
    handle BLOB NOT NULL
);

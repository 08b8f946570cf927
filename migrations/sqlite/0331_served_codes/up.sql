-- What has served is known for a while, so that a form or link that was sent twice leads on and does nothing again: a
-- mailed code, the link of an offered address, and in which session the last code of the app was shown.
ALTER TABLE sign_in_codes ADD COLUMN used_at TIMESTAMP;
ALTER TABLE offered_addresses ADD COLUMN taken_at TIMESTAMP;
ALTER TABLE staff ADD COLUMN totp_last_mark TEXT;

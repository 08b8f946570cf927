DELETE FROM sign_in_codes WHERE used_at IS NOT NULL;
DELETE FROM offered_addresses WHERE taken_at IS NOT NULL;
ALTER TABLE staff DROP COLUMN totp_last_mark;
ALTER TABLE offered_addresses DROP COLUMN taken_at;
ALTER TABLE sign_in_codes DROP COLUMN used_at;

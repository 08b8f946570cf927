-- For which request a hold was placed, if for one.
ALTER TABLE holds ADD COLUMN request TEXT;

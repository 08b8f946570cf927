-- The code of the law's ground for what is not done.
ALTER TABLE requests ADD COLUMN ground TEXT;
ALTER TABLE request_items ADD COLUMN ground TEXT;

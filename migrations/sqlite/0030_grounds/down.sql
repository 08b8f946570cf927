ALTER TABLE request_items DROP COLUMN ground;
ALTER TABLE requests DROP COLUMN ground;

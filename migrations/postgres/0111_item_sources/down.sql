ALTER TABLE request_items DROP COLUMN source_name;

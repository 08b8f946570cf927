-- Who gave us the value in dispute, where it does not come from the person.
ALTER TABLE request_items ADD COLUMN source_name BLOB;

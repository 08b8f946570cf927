-- By what erased rows are known again when a source holds them once more: eight bytes of keyed digests, which name nobody.
CREATE TABLE erased_traces (
    erasure TEXT PRIMARY KEY NOT NULL,
    traces BLOB NOT NULL
);
-- A source knows the person as a customer who is there now.
ALTER TABLE returned_erasures ADD COLUMN is_customer BOOLEAN NOT NULL DEFAULT FALSE;

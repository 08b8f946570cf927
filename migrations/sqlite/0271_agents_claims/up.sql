-- What an agent of the protocol said of the person and of its power: sealed, and erased when the request is closed.
ALTER TABLE drp_requests ADD COLUMN claims BLOB;

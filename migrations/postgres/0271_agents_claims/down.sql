ALTER TABLE drp_requests DROP COLUMN claims;

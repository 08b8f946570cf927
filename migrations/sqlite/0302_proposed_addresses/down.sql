DROP TABLE proposed_addresses;

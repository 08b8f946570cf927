DROP TABLE unopened_accounts;

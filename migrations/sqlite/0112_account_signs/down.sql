DROP TABLE account_signs;

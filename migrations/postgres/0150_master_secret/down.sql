DROP TABLE master_secrets;

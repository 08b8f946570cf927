DROP INDEX returned_erasures_settled;
